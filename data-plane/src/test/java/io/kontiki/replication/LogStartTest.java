package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Rules F11, F12 and V6: how a log start travels, and who comes too late for it. */
class LogStartTest {
    private record Point(long startOffset) implements ResetPoint {}

    /** Leader 1 of epoch 1 with followers 2 and 3 attached; ten records of epoch 0, all committed, and a leader change. */
    private static Rig leading() {
        Rig rig = new Rig(1, new TestLog().append(0, 10)).record(1, 1, 1, 1, 2, 3);
        return rig.attach(2, 1, 1, 11).attach(3, 1, 1, 11).forget();
    }

    /** Follower 2 of leader 1 in epoch 5, which asked to attach. */
    private static Rig attaching(TestLog log) {
        return new Rig(2, log).record(1, 5, 1, 1, 2, 3);
    }

    private static Link link(Rig rig) {
        return rig.last(Effect.SendAttach.class).attach().link();
    }

    @Test
    void leaderTellsItsLogStartWithoutData() {
        Rig rig = leading();
        for (int i = 0; i < 2; i++) {
            rig.run(rig.replica.onPushSent(2, new Link(1, 1), 11, 0, rig.now())).forget();
        }

        rig.raiseLogStart(4);

        assertThat(rig.all(Effect.PushTo.class)).anySatisfy(push -> {
            assertThat(push.follower()).isEqualTo(2);
            assertThat(push.maxBytes()).isZero();
            assertThat(push.logStartOffset()).isEqualTo(4);
        });
    }

    @Test
    void followerRaisesItsLogStartAndTellsSoOnceItIsStored() {
        Rig rig = attaching(new TestLog().append(1, 10));
        rig.run(rig.replica.onAttached(link(rig), 8, 4, rig.now()));
        assertThat(rig.last(Effect.RaiseLogStart.class).startOffset()).isEqualTo(4);
        assertThat(rig.none(Effect.SendAck.class)).isTrue();

        rig.storeLogStart();

        assertThat(rig.last(Effect.SendAck.class).ack()).isEqualTo(new Ack(link(rig), 10, 0, 4));
    }

    @Test
    void followerNeverMovesItsLogStartBeyondItsHighWatermark() {
        Rig rig = attaching(new TestLog().append(1, 3));
        rig.run(rig.replica.onAttached(link(rig), 2, 3, rig.now()));
        assertThat(rig.log.startOffset()).isEqualTo(2);
    }

    @Test
    void deletionIsCompleteWhenEveryLiveReplicaHasStoredIt() {
        Rig rig = leading().raiseLogStart(6).awaitLogStart(9, 6);
        rig.ack(2, 1, 11, 11, 6).storeLogStart();
        assertThat(rig.none(Effect.Complete.class)).isTrue();
        rig.ack(3, 1, 11, 11, 6);
        assertThat(rig.last(Effect.Complete.class)).isEqualTo(new Effect.Complete(9, CommitOutcome.COMMITTED));
    }

    @Test
    void deletionIsNotCompleteBeforeTheLeaderHasStoredIt() {
        Rig rig = leading().raiseLogStart(6).awaitLogStart(9, 6);
        rig.ack(2, 1, 11, 11, 6).ack(3, 1, 11, 11, 6);
        assertThat(rig.none(Effect.Complete.class)).isTrue();
        assertThat(rig.storeLogStart().last(Effect.Complete.class).outcome()).isEqualTo(CommitOutcome.COMMITTED);
    }

    @Test
    void deletionWaitsForALiveReplicaThatIsNotAttachedButNotForAFencedOne() {
        Rig rig = leading().raiseLogStart(6).storeLogStart().awaitLogStart(9, 6);
        rig.ack(2, 1, 11, 11, 6);
        rig.run(rig.replica.onDetach(3, Rig.epochOf(3), new Link(1, 1), rig.now()));
        assertThat(rig.none(Effect.Complete.class)).isTrue();
        rig.register(3, Rig.epochOf(3), true);
        assertThat(rig.last(Effect.Complete.class).outcome()).isEqualTo(CommitOutcome.COMMITTED);
    }

    @Test
    void deletionThatWaitsTooLongTimesOut() {
        Rig rig = leading().raiseLogStart(6).awaitLogStart(9, 6).passMillis(1_001);
        assertThat(rig.last(Effect.Complete.class).outcome()).isEqualTo(CommitOutcome.TIMED_OUT_AFTER_APPEND);
    }

    @Test
    void followerBehindTheLogStartIsToldToReset() {
        Rig rig = leading().raiseLogStart(6).forget();
        rig.attach(3, 2, 0, 5);
        assertThat(rig.last(Effect.SendReset.class)).isEqualTo(new Effect.SendReset(3, 2, new Link(1, 2), 6));
        rig.attach(3, 3, 0, 7);
        assertThat(rig.all(Effect.SendReset.class)).hasSize(1);
    }

    /** Else it would take what comes next for records behind a gap that compaction left. */
    @Test
    void followerThatFallsBehindTheLogStartIsSentNothingMore() {
        Rig rig = leading();
        rig.attach(3, 2, 0, 5).raiseLogStart(6).forget();
        rig.run(rig.replica.onPushSent(3, new Link(1, 2), 5, 0, rig.now()));
        assertThat(rig.all(Effect.PushTo.class)).noneMatch(push -> push.follower() == 3);
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.OUT_OF_RANGE);
        rig.attach(3, 3, 0, 5);
        assertThat(rig.last(Effect.SendReset.class)).isEqualTo(new Effect.SendReset(3, 3, new Link(1, 3), 6));
    }

    /** It may be a read of the disk, on the event loop. */
    @Test
    void leaderLooksForItsFirstBatchOnlyIfAFollowerIsBehindTheLogStart() {
        Rig rig = leading().raiseLogStart(6);
        rig.attach(3, 2, 0, 7);
        assertThat(rig.log.heldStartAsked).isZero();
        rig.attach(3, 3, 0, 5);
        assertThat(rig.log.heldStartAsked).isPositive();
    }

    /** Rule F13: the leader has lost what that log was reset to. */
    @Test
    void emptyLogBeyondTheLeadersEndIsRefused() {
        Rig rig = leading();
        long beyond = rig.log.endOffset() + 1;
        Attach attach = new Attach(new Link(1, 2), beyond, OptionalInt.empty(), beyond, beyond);
        rig.run(rig.replica.onAttach(3, Rig.epochOf(3), 2, attach, rig.now()));
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.OUT_OF_RANGE);
    }

    /** It may hold other records below the log start than the leader held, and remember their producers. */
    @Test
    void logThatCannotBeComparedAnyMoreIsReset() {
        Rig rig = new Rig(1, new TestLog().append(0, 3).append(2, 7), 5).record(1, 4, 1, 1, 2, 3);
        rig.raiseLogStart(3).forget();
        rig.attach(3, 2, 1, 3);
        assertThat(rig.last(Effect.SendReset.class).startOffset()).isEqualTo(3);
        rig.attach(3, 3, 2, 10);
        assertThat(rig.all(Effect.SendReset.class)).hasSize(1);
    }

    @Test
    void followerResetsAndAttachesAgain() {
        Rig rig = attaching(new TestLog().append(1, 3));
        Link first = link(rig);
        rig.run(rig.replica.onResetAsked(first, new Point(7), rig.now()));

        assertThat(rig.last(Effect.ResetTo.class).point().startOffset()).isEqualTo(7);
        assertThat(rig.replica.highWatermark()).isEqualTo(7);
        Attach again = rig.last(Effect.SendAttach.class).attach();
        assertThat(again.link()).isNotEqualTo(first);
        assertThat(again.startOffset()).isEqualTo(7);
        assertThat(again.endOffset()).isEqualTo(7);
    }

    @Test
    void resetThatIsNotDoneIsAskedForAgainInAWhile() {
        Rig rig = attaching(new TestLog().append(1, 3));
        rig.run(rig.replica.onResetAsked(link(rig), new Point(7), rig.now()).stream()
                .filter(effect -> !(effect instanceof Effect.ResetTo))
                .toList());
        rig.forget().run(rig.replica.onCutRefused(rig.now()));
        assertThat(rig.none(Effect.SendAttach.class)).isTrue();
        assertThat(rig.pass(ReplicaOptions.DEFAULTS.retryNanos()).all(Effect.SendAttach.class))
                .hasSize(1);
    }

    @Test
    void truncationThatFindsNoRoomIsAskedForAgainInAWhile() {
        Rig rig = attaching(new TestLog().append(1, 3).append(2, 3));
        rig.run(rig.replica.onDiverged(link(rig), new EpochEnd(1, 3), rig.now()).stream()
                .filter(effect -> !(effect instanceof Effect.TruncateTo))
                .toList());
        rig.forget().run(rig.replica.onCutRefused(rig.now()));
        assertThat(rig.none(Effect.SendAttach.class)).isTrue();
        assertThat(rig.pass(ReplicaOptions.DEFAULTS.retryNanos()).all(Effect.SendAttach.class))
                .hasSize(1);
    }

    @Test
    void resetOfAnotherLinkOrBelowTheLogEndChangesNothing() {
        Rig rig = attaching(new TestLog().append(1, 3));
        rig.run(rig.replica.onResetAsked(new Link(5, 77), new Point(7), rig.now()));
        assertThat(rig.none(Effect.ResetTo.class)).isTrue();
        rig.run(rig.replica.onResetAsked(link(rig), new Point(2), rig.now()));
        assertThat(rig.none(Effect.ResetTo.class)).isTrue();
        assertThat(rig.last(Effect.SendDetach.class).link()).isEqualTo(link(rig));
    }

    @Test
    void emptyLogGoesOnFromTheLogStart() {
        Rig rig = attaching(new TestLog().append(1, 3));
        rig.run(rig.replica.onResetAsked(link(rig), new Point(7), rig.now()));
        rig.run(rig.replica.onAttached(link(rig), 9, 7, rig.now()));
        Rig.TestBatches batches = new Rig.TestBatches(7, 9, 4, 4);
        rig.run(rig.replica.onPush(new Push(link(rig), 7, OptionalInt.empty(), 9, 7, Optional.of(batches)), rig.now()));
        assertThat(rig.log.endOffset()).isEqualTo(9);
        assertThat(rig.replica.highWatermark()).isEqualTo(9);
    }
}
