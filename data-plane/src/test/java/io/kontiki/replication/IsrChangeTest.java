package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules L4, L5 and L7 to L9: who belongs in the ISR, and what counts while that is being decided. */
class IsrChangeTest {
    /** Leader 1 of epoch 1 with 2 in sync and attached, 3 out of sync. */
    private static Rig leading() {
        return leading(new Rig(1, new TestLog()));
    }

    private static Rig leading(Rig rig) {
        return rig.record(1, 1, 1, 1, 2).attach(2, 1, 1, 1).forget();
    }

    private static Rig joining() {
        Rig rig = leading().attach(3, 1, 1, 1);
        assertThat(members(rig)).containsExactly(1, 2, 3);
        return rig;
    }

    private static List<Integer> members(Rig rig) {
        return rig.last(Effect.ProposeIsr.class).members().stream()
                .map(IsrMember::brokerId)
                .toList();
    }

    private static void answer(Rig rig, ProposalOutcome outcome) {
        rig.run(rig.replica.onProposalResult(1, 1, outcome, rig.now()));
    }

    @Test
    void caughtUpFollowerIsProposedWithItsRun() {
        Rig rig = joining();
        assertThat(rig.last(Effect.ProposeIsr.class))
                .isEqualTo(new Effect.ProposeIsr(
                        List.of(new IsrMember(1, 10), new IsrMember(2, 20), new IsrMember(3, 30)), 1, 1));
    }

    @Test
    void followerBelowTheHighWatermarkDoesNotJoin() {
        Rig rig = leading().produce(5).ack(2, 1, 6).attach(3, 1, 1, 5);
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
        rig.ack(3, 1, 6);
        assertThat(members(rig)).containsExactly(1, 2, 3);
    }

    /** Scenario S07: the new leader's high watermark lags behind the true one. */
    @Test
    void followerBelowTheEpochsStartDoesNotJoin() {
        TestLog log = new TestLog().append(0, 100).flush();
        Rig rig = new Rig(1, log, 20).durable().record(1, 1, 1, 1, 2).flush();
        rig.attach(3, Rig.epochOf(3), 1, 1, 101, 50);
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
        rig.ack(3, 1, 101, 101);
        assertThat(members(rig)).containsExactly(1, 2, 3);
    }

    /** It counts as caught up, since it was in sync when the epoch began; the high watermark alone would let it in. */
    @Test
    void memberThatLeftBelowTheEpochsStartDoesNotJoin() {
        TestLog log = new TestLog().append(0, 100).flush();
        Rig rig = new Rig(1, log, 20).durable().record(1, 1, 1, 1, 2, 3).flush().record(1, 1, 2, 1, 2);
        rig.attach(3, Rig.epochOf(3), 1, 0, 50, 50);
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
    }

    @Test
    void followerThatWasNeverCaughtUpDoesNotJoin() {
        Rig rig = leading().produce(9).attach(3, 1, 1, 5);
        assertThat(rig.replica.highWatermark()).isLessThan(5);
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
    }

    @Test
    void oneProposalIsInFlight() {
        Rig rig = joining().produce(1).pass(Rig.LAG_LIMIT + 1);
        assertThat(rig.all(Effect.ProposeIsr.class)).hasSize(1);
    }

    @Test
    void durableModeLetsNobodyJoinWithAnUnflushedLog() {
        Rig rig = leading(new Rig(1, new TestLog()).durable()).flush().attach(2, 2, 1, 1);
        rig.produce(4).flush().ack(2, 2, 5, 5);
        rig.attach(3, Rig.epochOf(3), 1, 1, 5, 2);
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
        rig.ack(3, 1, 5, 5);
        assertThat(members(rig)).containsExactly(1, 2, 3);
    }

    @Test
    void fencedOrRestartedFollowerDoesNotJoin() {
        Rig rig = leading().register(3, 30, true).attach(3, 1, 1, 1);
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
        rig.register(3, 31, false);
        assertThat(rig.none(Effect.ProposeIsr.class))
                .as("attached by an earlier run")
                .isTrue();
        rig.attach(3, 31, 1, 1, 1, 1);
        assertThat(rig.last(Effect.ProposeIsr.class).members()).contains(new IsrMember(3, 31));
    }

    @Test
    void laggingMemberLeavesAfterTheLimit() {
        Rig rig = new Rig(1, new TestLog())
                .record(1, 1, 1, 1, 2, 3)
                .attach(2, 1, 1, 1)
                .attach(3, 1, 1, 1);
        rig.produce(1).ack(2, 1, 2).pass(Rig.LAG_LIMIT);
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
        rig.pass(1);
        assertThat(members(rig)).containsExactly(1, 2);
    }

    /** It has every record and acknowledges none as stored: without it the others go on. */
    @Test
    void memberWhoseFlushHangsLeavesAfterTheLimitInDurableMode() {
        Rig rig = new Rig(1, new TestLog())
                .durable()
                .record(1, 1, 1, 1, 2, 3)
                .flush()
                .attach(2, 1, 1, 1)
                .attach(3, 1, 1, 1);
        rig.produce(1).flush().ack(2, 1, 2, 2).ack(3, 1, 2, 1);
        rig.pass(Rig.LAG_LIMIT).ack(3, 1, 2, 1);
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
        rig.pass(1);
        assertThat(members(rig)).containsExactly(1, 2);
    }

    @Test
    void memberThatFlushesBehindAMovingEndStaysInDurableMode() {
        Rig rig = new Rig(1, new TestLog())
                .durable()
                .record(1, 1, 1, 1, 2, 3)
                .flush()
                .attach(2, 1, 1, 1)
                .attach(3, 1, 1, 1);
        for (int round = 1; round <= 20; round++) {
            rig.produce(1).flush();
            rig.ack(2, 1, round + 1, round).ack(3, 1, round + 1, round).pass(Rig.LAG_LIMIT / 3);
        }
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
    }

    @Test
    void memberThatFollowsAMovingEndStays() {
        Rig rig = new Rig(1, new TestLog())
                .record(1, 1, 1, 1, 2, 3)
                .attach(2, 1, 1, 1)
                .attach(3, 1, 1, 1);
        for (int round = 1; round <= 20; round++) {
            rig.produce(1).ack(2, 1, round).ack(3, 1, round).pass(Rig.LAG_LIMIT / 3);
        }
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
    }

    @Test
    void quietDetachedMemberLeavesToo() {
        Rig rig = joining().record(1, 1, 2, 1, 2, 3).forget();
        rig.run(rig.replica.onFollowerDisconnected(3, 1, rig.now())).pass(Rig.LAG_LIMIT + 1);
        assertThat(members(rig)).containsExactly(1, 2);
    }

    @Test
    void proposedMemberCountsAtOnce() {
        Rig rig = joining().produce(1).ack(2, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
        rig.ack(3, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
    }

    @Test
    void removedMemberCountsUntilTheRecordSaysOtherwise() {
        Rig rig = new Rig(1, new TestLog())
                .record(1, 1, 1, 1, 2, 3)
                .attach(2, 1, 1, 1)
                .attach(3, 1, 1, 1);
        rig.produce(1).ack(2, 1, 2).pass(Rig.LAG_LIMIT + 1);
        answer(rig, new ProposalOutcome.Accepted(1));
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
        rig.record(1, 1, 2, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
    }

    /** After a detach only the maximal ISR, not rule L5, makes the joining member count. */
    @Test
    void unknownOutcomeKeepsTheUnionAndRepeatsTheSameRequest() {
        Rig rig = joining();
        Effect.ProposeIsr first = rig.last(Effect.ProposeIsr.class);
        rig.run(rig.replica.onFollowerDisconnected(3, 1, rig.now())).forget();
        answer(rig, new ProposalOutcome.Unknown());
        rig.produce(1).ack(2, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
        rig.passMillis(50);
        assertThat(rig.all(Effect.ProposeIsr.class)).containsExactly(first);
        answer(rig, new ProposalOutcome.Unknown());
        rig.record(1, 1, 2, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
    }

    @Test
    void refusalThatConsumedTheVersionRollsBack() {
        Rig rig = joining();
        rig.run(rig.replica.onFollowerDisconnected(3, 1, rig.now())).produce(1).ack(2, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
        rig.forget();
        answer(rig, new ProposalOutcome.Refused(2));
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
        rig.attach(3, 2, 1, 2);
        assertThat(rig.none(Effect.ProposeIsr.class)).as("waits for version 2").isTrue();
        rig.record(1, 1, 2, 1, 2);
        assertThat(members(rig)).containsExactly(1, 2, 3);
    }

    /** A second copy may be refused as stale because the first was accepted. */
    @Test
    void refusalAsStaleKeepsTheUnion() {
        Rig rig = joining();
        rig.run(rig.replica.onFollowerDisconnected(3, 1, rig.now()));
        answer(rig, new ProposalOutcome.Refused(3));
        rig.produce(1).ack(2, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
        rig.record(1, 1, 3, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
    }

    /** Rule L5: a lone leader that always has newer records. */
    @Test
    void nearlyCaughtUpFollowerHoldsALoneLeader() {
        Rig rig = new Rig(1, new TestLog()).minIsr(1).record(1, 1, 1, 1);
        rig.register(3, 30, true).attach(3, 1, 1, 1).produce(1);
        assertThat(rig.replica.highWatermark()).as("a fenced one does not").isEqualTo(2);
        rig.attach(3, 2, 1, 2).register(3, 30, false);
        assertThat(members(rig)).containsExactly(1, 3);
        answer(rig, new ProposalOutcome.Refused(2));
        rig.produce(1);
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
        rig.pass(Rig.LAG_LIMIT + 1);
        assertThat(rig.replica.highWatermark()).as("but not for ever").isEqualTo(3);
    }

    /** Rule L18: of a busy partition, seconds of records may be missing within the lag limit. */
    @Test
    void addedReplicaThatIsNotNearTheEndHoldsNobody() {
        Rig rig = new Rig(1, new TestLog()).minIsr(1).adding(0, 3).record(1, 1, 1, 1);
        rig.attach(3, 1, 1, 1);
        answer(rig, new ProposalOutcome.Refused(2));
        rig.produce(1);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
        rig.pass(Rig.LAG_LIMIT / 4 + 1);
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
    }

    /** Rules L9 and M11: the proposal that ends a move raises the leader epoch, and its second copy is refused as of the old. */
    @Test
    void unionStaysWhenTheProposalMayHaveEndedTheLeadership() {
        Rig rig = new Rig(1, new TestLog()).minIsr(1).adding(0, 3).record(1, 1, 1, 1);
        rig.attach(3, 1, 1, 1);
        long before = rig.replica.highWatermark();
        // Gone before the answer, or it would be proposed again at once.
        rig.run(rig.replica.onFollowerDisconnected(3, 1, rig.now()));
        answer(rig, new ProposalOutcome.Fenced(1));
        rig.produce(1).pass(Rig.LAG_LIMIT + 1);
        assertThat(rig.replica.highWatermark()).isEqualTo(before);
    }

    /** Rule L15: the record may be long in coming. */
    @Test
    void leaderStopsWhenTheAnswerToItsProposalNamesANewerEpoch() {
        for (ProposalOutcome outcome : List.of(new ProposalOutcome.Accepted(2), new ProposalOutcome.Fenced(2))) {
            Rig rig = joining();
            answer(rig, outcome);
            assertThat(rig.replica.role()).isEqualTo(ReplicaRole.IDLE);
            assertThat(rig.replica.leaderEpoch()).isEqualTo(2);
        }
    }

    /** Rule M11: as long as it is copied; nobody is to wait for a throttle. */
    @Test
    void onlyAddedReplicasFarFromTheEndAreThrottled() {
        Rig rig = new Rig(1, new TestLog()).adding(1000, 3).record(1, 1, 1, 1, 2);
        rig.produce(5).attach(2, 1, 1, 1).attach(3, 1, 1, 1);
        assertThat(rig.replica.throttleBytesPerSecond()).isEqualTo(1000);
        assertThat(rig.replica.isThrottled(3, rig.now())).isTrue();
        assertThat(rig.replica.isThrottled(2, rig.now())).as("it is not added").isFalse();

        rig.ack(2, 1, 6).ack(3, 1, 6);

        assertThat(rig.replica.isThrottled(3, rig.now())).as("near the end").isFalse();
        rig.pass(Rig.LAG_LIMIT);
        rig.record(1, 1, 2, 1, 2, 3).produce(1);
        rig.pass(Rig.LAG_LIMIT / 2);
        assertThat(rig.replica.isThrottled(3, rig.now())).as("in sync").isFalse();
    }

    @Test
    void nobodyIsThrottledWithoutALimit() {
        Rig rig = new Rig(1, new TestLog()).adding(0, 3).record(1, 1, 1, 1, 2);
        rig.produce(5).attach(3, 1, 1, 1);
        assertThat(rig.replica.throttleBytesPerSecond()).isZero();
        assertThat(rig.replica.isThrottled(3, rig.now())).isFalse();
    }
}
