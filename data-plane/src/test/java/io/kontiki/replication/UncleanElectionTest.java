package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What replicas do after an unclean election: the one case in which committed records are cut (rules F5, F11, I6). */
class UncleanElectionTest {
    private static Link link(Rig rig) {
        return rig.last(Effect.SendAttach.class).attach().link();
    }

    /** Follower 2, with four records of epoch 1 of which three are committed, of the leader 1 in epoch 5. */
    private static Rig following() {
        return new Rig(2, new TestLog().append(1, 4), 3).record(1, 5, 1, 1);
    }

    @Test
    void followerCutsCommittedRecordsWhichTheUncleanLeaderLacks() {
        Rig rig = following().unclean(5);
        rig.run(rig.replica.onDiverged(link(rig), new EpochEnd(1, 2), rig.now()));
        assertThat(rig.none(Effect.Fault.class)).isTrue();
        assertThat(rig.log.endOffset()).isEqualTo(2);
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
        assertThat(rig.last(Effect.SendAttach.class).attach().endOffset()).isEqualTo(2);
    }

    @Test
    void cutAfterAnUncleanElectionIsToldFromAnOrdinaryOne() { // M9
        Rig unclean = following().unclean(5);
        unclean.run(unclean.replica.onDiverged(link(unclean), new EpochEnd(1, 3), unclean.now()));
        assertThat(unclean.last(Effect.TruncateTo.class)).isEqualTo(new Effect.TruncateTo(3, true));

        Rig clean = following();
        clean.run(clean.replica.onDiverged(link(clean), new EpochEnd(1, 3), clean.now()));
        assertThat(clean.last(Effect.TruncateTo.class)).isEqualTo(new Effect.TruncateTo(3, false));
    }

    @Test
    void laterCleanElectionStillProvesIt() {
        Rig rig = following().unclean(4);
        rig.run(rig.replica.onDiverged(link(rig), new EpochEnd(1, 2), rig.now()));
        assertThat(rig.log.endOffset()).isEqualTo(2);
    }

    @Test
    void uncleanElectionBeforeTheLastBatchProvesNothing() { // I6
        Rig rig = following().unclean(1);
        rig.run(rig.replica.onDiverged(link(rig), new EpochEnd(1, 2), rig.now()));
        assertThat(rig.last(Effect.Fault.class).reason()).startsWith("I6");
        assertThat(rig.log.endOffset()).isEqualTo(4);
    }

    @Test
    void highWatermarkFallsOnlyWithTheCut() {
        Rig rig = following().unclean(5);
        assertThat(rig.replica.highWatermark()).isEqualTo(3);
        rig.run(rig.replica.onDiverged(link(rig), new EpochEnd(1, 4), rig.now()));
        assertThat(rig.replica.highWatermark()).isEqualTo(3);
    }

    @Test
    void followerWhoseLogBeginsBehindTheUncleanLeadersIsResetBelow() { // F11
        Rig rig = new Rig(1, new TestLog().append(1, 4)).record(1, 5, 1, 1).unclean(5);
        rig.attach(2, Rig.epochOf(2), 1, 3, 100, 200, 200);
        assertThat(rig.last(Effect.SendReset.class).startOffset()).isZero();

        Rig follower = following().unclean(5);
        follower.run(follower.replica.onResetAsked(link(follower), () -> 1, follower.now()));
        assertThat(follower.log.endOffset()).isEqualTo(1);
        assertThat(follower.replica.highWatermark()).isEqualTo(1);
        assertThat(follower.none(Effect.Fault.class)).isTrue();
    }

    @Test
    void withoutProofNeitherAsksForAResetBelowNorDoesOne() { // F11
        Rig rig = new Rig(1, new TestLog().append(1, 4)).record(1, 5, 1, 1).unclean(3);
        rig.attach(2, Rig.epochOf(2), 1, 3, 100, 200, 200);
        assertThat(rig.none(Effect.SendReset.class)).isTrue();

        Rig follower = following();
        follower.run(follower.replica.onResetAsked(link(follower), () -> 1, follower.now()));
        assertThat(follower.log.endOffset()).isEqualTo(4);
        assertThat(follower.replica.highWatermark()).isEqualTo(3);
    }

    @Test
    void emptyLogThatBeginsBehindTheLeadersIsResetByProofAlone() { // F13
        Rig rig = new Rig(1, new TestLog().append(1, 4)).record(1, 5, 1, 1);
        rig.attach(2, Rig.epochOf(2), 1, -1, 100, 100, 100);
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.OUT_OF_RANGE);
        rig.unclean(5).attach(2, Rig.epochOf(2), 2, -1, 100, 100, 100);
        assertThat(rig.last(Effect.SendReset.class).startOffset()).isZero();
    }

    @Test
    void uncleanLeaderCommitsNothingAloneWhereTwoCopiesAreAskedFor() { // L4
        Rig rig = new Rig(1, new TestLog().append(1, 4), 2)
                .record(1, 5, 1, 1)
                .unclean(5)
                .produce(3);
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
        rig.record(1, 5, 3, 1, 2).attach(2, 1, 5, 8);
        assertThat(rig.replica.highWatermark()).isEqualTo(8);
    }
}
