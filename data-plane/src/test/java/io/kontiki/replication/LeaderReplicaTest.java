package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Rules of the leader: appends, acknowledgements, the high watermark and attachments. */
class LeaderReplicaTest {
    /** Leader 1 of epoch 1, its followers attached at its end. */
    private static Rig leading(Rig rig) {
        rig.record(1, 1, 1, 1, 2, 3);
        long end = rig.log.endOffset();
        int epoch = rig.log.latestEpoch().orElseThrow();
        return rig.attach(2, 1, epoch, end).attach(3, 1, epoch, end).forget();
    }

    private static Rig leading() {
        return leading(new Rig(1, new TestLog()));
    }

    @Test
    void firstAppendOfAnEpochIsALeaderChange() {
        Rig rig = new Rig(1, new TestLog().append(0, 4)).record(1, 1, 1, 1, 2, 3);
        assertThat(rig.log.epochs()).containsExactly(0, 0, 0, 0, 1);
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.LEADER);
    }

    @Test
    void recordsFromBeforeTheRegistrationAreNotActedUpon() {
        Rig rig = new Rig(1, new TestLog()).register(1, 5, false).record(1, 1, 1, 1, 2, 3);
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.IDLE);
        rig.register(1, Rig.epochOf(1), false);
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.LEADER);
    }

    @Test
    void highWatermarkWaitsForEveryMemberToAttach() {
        Rig rig = new Rig(1, new TestLog()).record(1, 1, 1, 1, 2, 3).attach(2, 1, 1, 1);
        assertThat(rig.replica.highWatermark()).isZero();
        rig.attach(3, 1, 1, 1);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
    }

    @Test
    void detachedMemberHoldsTheHighWatermark() {
        Rig rig = leading().produce(1).ack(3, 1, 2);
        rig.run(rig.replica.onFollowerDisconnected(3, 1, rig.now())).ack(2, 1, 2);
        assertThat(rig.replica.highWatermark())
                .as("it may be a run that lost its tail")
                .isEqualTo(1);
    }

    @Test
    void disconnectOfAnEarlierStreamLeavesALaterLink() {
        Rig rig = leading().attach(3, 2, 1, 1);
        rig.run(rig.replica.onFollowerDisconnected(3, 1, rig.now()))
                .produce(1)
                .ack(2, 1, 2)
                .ack(3, 2, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(2);
    }

    @Test
    void highWatermarkIsTheSmallestStoredEnd() {
        Rig rig = leading().produce(5).ack(2, 1, 6).ack(3, 1, 4);
        assertThat(rig.replica.highWatermark()).isEqualTo(4);
    }

    @Test
    void durableModeCountsFlushedEndsAlone() {
        Rig rig = leading(new Rig(1, new TestLog()).durable()).flush().produce(5);
        rig.ack(2, 1, 6, 6).ack(3, 1, 6, 3);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
        rig.flush();
        assertThat(rig.replica.highWatermark()).isEqualTo(3);
    }

    @Test
    void tooSmallIsrRefusesAppendsAndHoldsTheHighWatermark() {
        Rig rig = leading().produce(1).record(1, 1, 2, 1).ack(2, 1, 2).ack(3, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
        assertThat(rig.admit(Acks.ALL))
                .isEqualTo(new Admission.Refused(Admission.Reason.NOT_ENOUGH_REPLICAS, OptionalInt.of(1), 1));
        assertThat(rig.admit(Acks.LEADER)).isEqualTo(new Admission.Granted(1));
    }

    @Test
    void callersOfAnotherEpochAreRefused() {
        Rig rig = leading();
        assertThat(rig.admit(Acks.ALL, OptionalInt.of(0)))
                .isEqualTo(new Admission.Refused(Admission.Reason.FENCED_LEADER_EPOCH, OptionalInt.of(1), 1));
        assertThat(rig.admit(Acks.ALL, OptionalInt.of(2)))
                .isEqualTo(new Admission.Refused(Admission.Reason.UNKNOWN_LEADER_EPOCH, OptionalInt.of(1), 1));
        assertThat(rig.admit(Acks.ALL, OptionalInt.of(1))).isEqualTo(new Admission.Granted(1));
    }

    @Test
    void followerNamesTheLeader() {
        Rig rig = new Rig(2, new TestLog()).record(1, 1, 1, 1, 2, 3);
        assertThat(rig.admit(Acks.ALL, OptionalInt.of(0)))
                .isEqualTo(new Admission.Refused(Admission.Reason.NOT_LEADER, OptionalInt.of(1), 1));
    }

    @Test
    void ackOfAllWaitsForTheHighWatermark() {
        Rig rig = leading().produce(1).await(7, 2, Acks.ALL).ack(2, 1, 2);
        assertThat(rig.none(Effect.Complete.class)).isTrue();
        rig.ack(3, 1, 2);
        assertThat(rig.last(Effect.Complete.class)).isEqualTo(new Effect.Complete(7, CommitOutcome.COMMITTED));
    }

    @Test
    void duplicateOfACommittedAppendIsAnsweredAtOnce() {
        Rig rig = leading().await(7, 1, Acks.ALL);
        assertThat(rig.last(Effect.Complete.class).outcome()).isEqualTo(CommitOutcome.COMMITTED);
    }

    @Test
    void ackOfTheLeaderWaitsForItsFlushInDurableMode() {
        Rig rig = leading(new Rig(1, new TestLog()).durable()).produce(1).await(7, 2, Acks.LEADER);
        assertThat(rig.none(Effect.Complete.class)).isTrue();
        rig.flush();
        assertThat(rig.last(Effect.Complete.class).outcome()).isEqualTo(CommitOutcome.COMMITTED);
        assertThat(leading().produce(1).await(7, 2, Acks.LEADER).all(Effect.Complete.class))
                .hasSize(1);
    }

    @Test
    void timeLimitTellsWhetherReplicasWereTooFew() {
        Rig rig = leading().produce(1).await(7, 2, Acks.ALL).passMillis(999);
        assertThat(rig.none(Effect.Complete.class)).isTrue();
        rig.passMillis(1);
        assertThat(rig.last(Effect.Complete.class).outcome()).isEqualTo(CommitOutcome.TIMED_OUT_AFTER_APPEND);
        rig.await(8, 2, Acks.ALL).record(1, 1, 2, 1).passMillis(1_000);
        assertThat(rig.last(Effect.Complete.class).outcome()).isEqualTo(CommitOutcome.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    }

    /** Scenario S26. */
    @Test
    void waiterOfAnEarlierEpochIsNotCompletedByALaterOne() {
        Rig rig = leading().produce(1).await(7, 2, Acks.ALL).record(2, 2, 2, 2, 3);
        assertThat(rig.all(Effect.Complete.class))
                .containsExactly(new Effect.Complete(7, CommitOutcome.LEADER_CHANGED_AFTER_APPEND));
        rig.record(1, 3, 3, 1, 2, 3).attach(2, 1, 3, 3).attach(3, 1, 3, 3);
        assertThat(rig.replica.highWatermark()).isEqualTo(3);
        assertThat(rig.all(Effect.Complete.class)).hasSize(1);
    }

    @Test
    void newEpochOfTheSameLeaderForgetsItsFollowers() {
        Rig rig = leading().record(1, 2, 2, 1, 2, 3).ack(2, 1, 2).ack(3, 1, 2);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
    }

    /** L12: as the only one in sync it leads on; the follower must not wait for ever for what could not be read. */
    @Test
    void followerIsToldToAskAgainForWhatCouldNotBeRead() {
        Rig rig =
                new Rig(1, new TestLog().append(0, 4)).record(1, 1, 1, 1, 2, 3).attach(2, 1, 0, 2);
        Effect.PushTo push = rig.last(Effect.PushTo.class);

        rig.forget().run(rig.replica.onPushUnreadable(push.follower(), push.link(), rig.now()));

        Effect.SendRefused refused = rig.last(Effect.SendRefused.class);
        assertThat(refused.follower()).isEqualTo(2);
        assertThat(refused.reason()).isEqualTo(AttachRefusal.STORAGE_ERROR);
        assertThat(rig.attach(2, 2, 0, 2).last(Effect.PushTo.class).fromOffset())
                .isEqualTo(2);
    }

    /** L13: one of them may be the former leader, which has a lease still and does not know that it handed over. */
    @Test
    void latestOffsetIsNotToldBeforeAllMembersKnowOfTheEpoch() {
        Rig rig = leading().record(1, 2, 2, 1, 2, 3);
        assertThat(rig.admitLatest())
                .isEqualTo(new Admission.Refused(Admission.Reason.OFFSET_NOT_AVAILABLE, OptionalInt.of(1), 2));
        rig.attach(2, 2, 1, 1).attach(3, 2, 1, 1);
        assertThat(rig.admitLatest()).isInstanceOf(Admission.Granted.class);
    }

    /** One that left the in-sync replicas may not know it, and have a lease from before: it ends with the session. */
    @Test
    void whoFellBehindIsWaitedForAsLongAsItMayHaveALease() {
        Rig rig = leading().record(1, 2, 2, 1, 2, 3).attach(2, 2, 1, 1).record(1, 2, 3, 1, 2);
        assertThat(rig.admitLatest()).isInstanceOf(Admission.Refused.class);
        rig.pass(ReplicaOptions.DEFAULTS.sessionNanos());
        assertThat(rig.admitLatest()).isInstanceOf(Admission.Refused.class);
        rig.pass(1);
        assertThat(rig.admitLatest()).isInstanceOf(Admission.Granted.class);
    }

    /** The quorum may hear before this leader does that the follower has lost something. */
    @Test
    void followerThatLeftTheInSyncReplicasHasToAttachAnew() {
        Rig rig = leading().record(1, 1, 2, 1, 2);
        assertThat(rig.last(Effect.SendRefused.class).follower()).isEqualTo(3);
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.LEFT_ISR);
        assertThat(rig.all(Effect.ProposeIsr.class)).isEmpty();
        rig.attach(3, 2, 1, 1);
        assertThat(rig.all(Effect.ProposeIsr.class)).hasSize(1);
    }

    @Test
    void whoIsFencedIsNotWaitedFor() {
        Rig rig = leading().record(1, 2, 2, 1, 2, 3).attach(2, 2, 1, 1).record(1, 2, 3, 1, 2);
        rig.register(3, Rig.epochOf(3), true);
        assertThat(rig.admitLatest()).isInstanceOf(Admission.Granted.class);
    }

    /** Rule M11. */
    @Test
    void formerLeaderThatIsNoReplicaAnyMoreIsWaitedFor() {
        Rig rig = new Rig(1, new TestLog()).minIsr(1).record(2, 1, 1, 1, 2).record(1, 2, 2, 1);
        assertThat(rig.admitLatest()).isInstanceOf(Admission.Refused.class);
        rig.pass(ReplicaOptions.DEFAULTS.sessionNanos() + 1);
        assertThat(rig.admitLatest()).isInstanceOf(Admission.Granted.class);
    }

    @Test
    void latestOffsetIsNotToldBeforeTheEpochsStartIsCommitted() {
        Rig rig = new Rig(1, new TestLog().append(0, 4), 2).record(1, 1, 1, 1, 2, 3);
        assertThat(rig.admitLatest())
                .isEqualTo(new Admission.Refused(Admission.Reason.OFFSET_NOT_AVAILABLE, OptionalInt.of(1), 1));
        rig.attach(2, 1, 0, 4).attach(3, 1, 0, 4);
        assertThat(rig.admitLatest()).isInstanceOf(Admission.Granted.class);
        assertThat(rig.replica.highWatermark()).isEqualTo(4);
    }

    /** Rule L15: a handshake of a newer epoch. */
    @Test
    void leaderStopsWhenItHearsOfANewerEpoch() {
        Rig rig = leading().produce(1).await(7, 2, Acks.ALL);
        Attach newer = new Attach(new Link(2, 9), 0, OptionalInt.of(1), 1, 1);
        rig.run(rig.replica.onAttach(3, Rig.epochOf(3), 9, newer, rig.now()));
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.IDLE);
        assertThat(rig.last(Effect.Complete.class).outcome()).isEqualTo(CommitOutcome.LEADER_CHANGED_AFTER_APPEND);
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.UNKNOWN_EPOCH);
        rig.record(1, 1, 2, 1, 2, 3);
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.IDLE);
    }

    @Test
    void attachOfAnOlderEpochIsFenced() {
        Rig rig = leading();
        Attach older = new Attach(new Link(0, 9), 0, OptionalInt.empty(), 0, 0);
        rig.run(rig.replica.onAttach(3, Rig.epochOf(3), 9, older, rig.now()));
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.FENCED_EPOCH);
    }

    @Test
    void attachOfAnEarlierRunOrAnOvertakenOneIsRefused() {
        Rig rig = leading().attach(2, Rig.epochOf(2) - 1, 5, 1, 1, 1);
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.NOT_REPLICA);
        rig.forget().attach(2, 5, 1, 1).forget().attach(2, 4, 1, 1);
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.NOT_REPLICA);
        assertThat(rig.none(Effect.SendAttached.class)).isTrue();
    }

    /** Rules F2 and F3; scenario S04: no epoch in common. */
    @Test
    void divergingFollowerIsToldWhereTheLogsPart() {
        Rig rig = new Rig(1, new TestLog().append(1, 4)).record(1, 3, 1, 1, 2, 3);
        rig.attach(2, 1, 2, 6);
        assertThat(rig.last(Effect.SendDiverged.class).point()).isEqualTo(new EpochEnd(1, 4));
        rig.attach(2, 2, 1, 5);
        assertThat(rig.last(Effect.SendDiverged.class).point()).isEqualTo(new EpochEnd(1, 4));
        rig.forget().attach(2, 3, 2, 3);
        assertThat(rig.last(Effect.SendDiverged.class).point()).isEqualTo(new EpochEnd(1, 4));
        rig.attach(2, 4, 1, 4);
        assertThat(rig.last(Effect.SendAttached.class).link()).isEqualTo(new Link(3, 4));
    }

    /** Scenario S24: an acknowledgement of an earlier link. */
    @Test
    void lateAckOfAnEarlierLinkIsIgnored() {
        Rig rig = leading().produce(9).ack(2, 1, 10).attach(3, 2, 1, 6).ack(3, 1, 10);
        assertThat(rig.replica.highWatermark()).isEqualTo(6);
        rig.ack(3, 2, 8);
        assertThat(rig.replica.highWatermark()).isEqualTo(8);
    }

    @Test
    void ackBeyondTheLogEndEndsTheLink() {
        Rig rig = leading().ack(2, 1, 50);
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.OUT_OF_RANGE);
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.LEADER);
    }

    @Test
    void onePushIsUnderWayAndTheWindowBoundsTheRest() {
        Rig rig = leading();
        Link link = new Link(1, 1);
        // The high watermark of the second attach goes out by a push of its own.
        rig.run(rig.replica.onPushSent(2, link, 1, 0, rig.now())).run(rig.replica.onPushSent(2, link, 1, 0, rig.now()));
        rig.forget().produce(10);
        Effect.PushTo push = rig.last(Effect.PushTo.class);
        assertThat(push.fromOffset()).isEqualTo(1);
        assertThat(push.previousEpoch()).hasValue(1);
        rig.forget().produce(1);
        assertThat(rig.none(Effect.PushTo.class)).isTrue();
        rig.run(rig.replica.onPushSent(2, link, 11, 4 << 20, rig.now()));
        assertThat(rig.none(Effect.PushTo.class)).as("window is full").isTrue();
        rig.ack(2, 1, 11);
        assertThat(rig.last(Effect.PushTo.class).fromOffset()).isEqualTo(11);
    }

    @Test
    void highWatermarkAloneIsPushedWithoutBytesAtATick() {
        Rig rig = leading();
        Link link = new Link(1, 1);
        rig.run(rig.replica.onPushSent(2, link, 1, 0, rig.now())).produce(1);
        rig.run(rig.replica.onPushSent(2, link, 2, 100, rig.now()))
                .ack(2, 1, 2)
                .forget()
                .ack(3, 1, 2);
        assertThat(rig.none(Effect.PushTo.class)).isTrue();
        Effect.PushTo push = rig.passMillis(50).last(Effect.PushTo.class);
        assertThat(push.follower()).isEqualTo(2);
        assertThat(push.maxBytes()).isZero();
        assertThat(push.highWatermark()).isEqualTo(2);
    }

    @Test
    void flushesShareAppendsMadeMeanwhile() {
        Rig rig = leading(new Rig(1, new TestLog()).durable()).flush().forget();
        rig.produce(1).produce(1).produce(1);
        assertThat(rig.all(Effect.Flush.class)).hasSize(1);
        rig.run(rig.replica.onFlushed(rig.now()));
        assertThat(rig.all(Effect.Flush.class)).as("what came meanwhile").hasSize(2);
    }

    @Test
    void ioErrorStopsTheReplicaAndLeavesOutcomesUnknown() {
        Rig rig = leading().produce(1).await(7, 2, Acks.ALL);
        rig.run(rig.replica.onIoError("disk is gone", rig.now()));
        assertThat(rig.last(Effect.Fault.class).reason()).isEqualTo("disk is gone");
        assertThat(rig.last(Effect.Complete.class).outcome()).isEqualTo(CommitOutcome.STORAGE_ERROR);
        assertThat(rig.last(Effect.SendRefused.class).reason()).isEqualTo(AttachRefusal.STORAGE_ERROR);
        assertThat(rig.admit(Acks.ALL))
                .isInstanceOfSatisfying(
                        Admission.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Admission.Reason.STORAGE_ERROR));
        rig.forget().ack(2, 1, 2).record(1, 5, 5, 1, 2, 3);
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.FAULTED);
        assertThat(rig.log.endOffset()).isEqualTo(2);
    }

    @Test
    void leaderWhoseLogShrinksStops() {
        Rig rig = leading().produce(5);
        rig.log.truncateTo(3);
        rig.run(rig.replica.onAppended(rig.now()));
        assertThat(rig.last(Effect.Fault.class).reason()).startsWith("I4");
    }
}
