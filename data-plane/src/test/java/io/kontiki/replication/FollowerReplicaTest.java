package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Rules of the follower: handshake, truncation, appends and acknowledgements. */
class FollowerReplicaTest {
    private static Rig following(TestLog log) {
        return following(new Rig(2, log));
    }

    /** Follower 2 of leader 1 in epoch 5, attached. */
    private static Rig following(Rig rig) {
        rig.record(1, 5, 1, 1, 2, 3);
        return rig.run(rig.replica.onAttached(link(rig), 0, 0, rig.now())).forget();
    }

    private static Link link(Rig rig) {
        return rig.last(Effect.SendAttach.class).attach().link();
    }

    private static final Link FIRST = new Link(5, 1);

    private static Push push(Link link, long previous, int previousEpoch, long highWatermark, int epoch, int count) {
        OptionalInt before = previousEpoch < 0 ? OptionalInt.empty() : OptionalInt.of(previousEpoch);
        Rig.TestBatches batches = new Rig.TestBatches(previous, previous + count, epoch, epoch);
        return new Push(link, previous, before, highWatermark, 0, count == 0 ? Optional.empty() : Optional.of(batches));
    }

    @Test
    void attachStatesThePosition() {
        Rig rig = new Rig(2, new TestLog().append(1, 2).append(3, 2).flush().append(3, 1)).record(1, 5, 1, 1, 2, 3);
        assertThat(rig.last(Effect.SendAttach.class))
                .isEqualTo(new Effect.SendAttach(1, new Attach(FIRST, 0, OptionalInt.of(3), 5, 4)));
    }

    @Test
    void pushIsAppendedThenAcknowledged() {
        Rig rig = following(new TestLog().append(1, 2));
        rig.run(rig.replica.onPush(push(FIRST, 2, 1, 3, 5, 4), rig.now()));
        assertThat(rig.log.endOffset()).isEqualTo(6);
        assertThat(rig.last(Effect.SendAck.class)).isEqualTo(new Effect.SendAck(1, new Ack(FIRST, 6, 0, 0)));
        assertThat(rig.replica.highWatermark()).isEqualTo(3);
    }

    @Test
    void highWatermarkStaysWithinTheOwnLog() {
        Rig rig = following(new TestLog().append(1, 2));
        rig.run(rig.replica.onPush(push(FIRST, 2, 1, 100, 5, 1), rig.now()));
        assertThat(rig.replica.highWatermark()).isEqualTo(3);
        rig.run(rig.replica.onPush(push(FIRST, 3, 5, 100, 5, 1), rig.now()));
        assertThat(rig.replica.highWatermark()).isEqualTo(4);
    }

    @Test
    void durableFollowerAcknowledgesTheWriteThenTheFlush() {
        Rig rig = following(new Rig(2, new TestLog()).durable());
        rig.run(rig.replica.onPush(push(FIRST, 0, -1, 0, 5, 4), rig.now()));
        assertThat(rig.last(Effect.SendAck.class).ack()).isEqualTo(new Ack(FIRST, 4, 0, 0));
        rig.flush();
        assertThat(rig.last(Effect.SendAck.class).ack()).isEqualTo(new Ack(FIRST, 4, 4, 0));
    }

    /** Each miss of rule F7 drops the link, appends nothing and attaches again with another link. */
    @Test
    void pushThatDoesNotContinueTheLogIsNotAppended() {
        assertDropped(push(FIRST, 3, 1, 0, 5, 1));
        assertDropped(push(FIRST, 1, 1, 0, 5, 1));
        assertDropped(push(FIRST, 2, 0, 0, 5, 1));
        assertDropped(push(FIRST, 2, -1, 0, 5, 1));
        assertDropped(push(FIRST, 2, 1, 0, 0, 1));
        assertDropped(push(FIRST, 2, 1, 0, 6, 1));
        assertDropped(push(FIRST, 1, 1, 2, 5, 0));
        Optional<PushedBatches> again = Optional.of(new Rig.TestBatches(1, 4, 5, 5));
        assertDropped(new Push(FIRST, 2, OptionalInt.of(1), 0, 0, again));
    }

    /** What compaction took away at the leader is not there to be sent. */
    @Test
    void pushMayLeaveOutOffsets() {
        Rig rig = following(new TestLog().append(1, 2));
        Optional<PushedBatches> gap = Optional.of(new Rig.TestBatches(3, 4, 5, 5));
        List<Effect> effects = rig.replica.onPush(new Push(FIRST, 2, OptionalInt.of(1), 0, 0, gap), rig.now());
        assertThat(effects).contains(new Effect.AppendPushed(gap.get()));
    }

    private static void assertDropped(Push push) {
        Rig rig = following(new TestLog().append(1, 2));
        rig.run(rig.replica.onPush(push, rig.now()));
        assertThat(rig.log.endOffset()).isEqualTo(2);
        assertThat(rig.replica.highWatermark()).isZero();
        assertThat(rig.last(Effect.SendDetach.class).link()).isEqualTo(FIRST);
        rig.passMillis(50);
        assertThat(link(rig)).isEqualTo(new Link(5, 2));
    }

    @Test
    void corruptPushIsNotAppended() {
        Rig rig = following(new TestLog().append(1, 2));
        rig.run(rig.replica.onPushCorrupt(FIRST, rig.now())).passMillis(50);
        assertThat(link(rig)).isEqualTo(new Link(5, 2));
    }

    /** Scenario S23: pushes of an old leadership after the attach to a new one. */
    @Test
    void lateDataOfAnOldLeaderIsDropped() {
        Rig rig = following(new TestLog().append(1, 2)).record(3, 6, 2, 2, 3);
        rig.run(rig.replica.onAttached(link(rig), 0, 0, rig.now())).forget();
        rig.run(rig.replica.onPush(push(FIRST, 2, 1, 2, 5, 1), rig.now()));
        assertThat(rig.log.endOffset()).isEqualTo(2);
        assertThat(rig.replica.highWatermark()).isZero();
        assertThat(rig.none(Effect.SendAck.class)).isTrue();
    }

    /** Scenario S06: the epoch rose, the leader stayed. */
    @Test
    void newEpochOfTheSameLeaderOpensANewLink() {
        Rig rig = following(new TestLog()).record(1, 6, 2, 1, 2, 3);
        assertThat(rig.last(Effect.SendDetach.class).link()).isEqualTo(FIRST);
        assertThat(link(rig)).isEqualTo(new Link(6, 2));
    }

    @Test
    void followerTruncatesDivergentTail() {
        Rig rig = new Rig(2, new TestLog().append(1, 4).append(2, 4)).record(1, 5, 1, 1, 2, 3);
        rig.run(rig.replica.onDiverged(link(rig), new EpochEnd(1, 6), rig.now()));
        assertThat(rig.log.epochs()).containsExactly(1, 1, 1, 1);
        assertThat(link(rig)).isEqualTo(new Link(5, 2));
        assertThat(rig.last(Effect.SendAttach.class).attach().lastEpoch()).hasValue(1);
    }

    /** Scenario S04: epochs {2} here, {1, 3} there. */
    @Test
    void logWithoutACommonEpochIsCutWhereTheLeadersEnds() {
        Rig rig = new Rig(2, new TestLog().append(2, 6)).record(1, 5, 1, 1, 2, 3);
        rig.run(rig.replica.onDiverged(link(rig), new EpochEnd(1, 4), rig.now()));
        assertThat(rig.log.endOffset()).isZero();
    }

    @Test
    void lateDivergedAnswerCutsNothing() {
        Rig rig = following(new TestLog().append(1, 4));
        rig.run(rig.replica.onDiverged(FIRST, new EpochEnd(1, 2), rig.now()));
        rig.run(rig.replica.onDiverged(new Link(4, 1), new EpochEnd(1, 2), rig.now()));
        assertThat(rig.log.endOffset()).isEqualTo(4);
    }

    /** I6. */
    @Test
    void truncationBelowTheHighWatermarkStopsTheReplica() {
        Rig rig = new Rig(2, new TestLog().append(1, 4), 3).record(1, 5, 1, 1, 2, 3);
        rig.run(rig.replica.onDiverged(link(rig), new EpochEnd(1, 2), rig.now()));
        assertThat(rig.last(Effect.Fault.class).reason()).startsWith("I6");
        assertThat(rig.log.endOffset()).isEqualTo(4);
    }

    /** F5: the scenarios of KIP-101. */
    @Test
    void becomingFollowerTruncatesNothing() {
        Rig rig = new Rig(2, new TestLog().append(1, 4), 1).record(1, 5, 1, 1, 2, 3);
        assertThat(rig.log.endOffset()).isEqualTo(4);
        assertThat(rig.replica.highWatermark()).isEqualTo(1);
    }

    @Test
    void brokenStreamAndSilenceLeadToANewAttach() {
        Rig rig = following(new TestLog());
        rig.run(rig.replica.onLeaderDisconnected(1, rig.now())).passMillis(50);
        assertThat(link(rig)).isEqualTo(new Link(5, 2));
        rig.passMillis(2_000);
        assertThat(link(rig)).isEqualTo(new Link(5, 3));
        rig.run(rig.replica.onRefused(new Link(5, 3), AttachRefusal.UNKNOWN_EPOCH, 4, rig.now()))
                .passMillis(50);
        assertThat(link(rig)).isEqualTo(new Link(5, 4));
    }

    @Test
    void refusalThatNamesANewerEpochMakesItWait() {
        Rig rig = new Rig(2, new TestLog()).record(1, 5, 1, 1, 2, 3);
        rig.run(rig.replica.onRefused(link(rig), AttachRefusal.FENCED_EPOCH, 7, rig.now()));
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.IDLE);
        rig.record(3, 6, 2, 2, 3);
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.IDLE);
        rig.record(3, 7, 3, 2, 3);
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.FOLLOWER);
    }

    @Test
    void logStartFollowsTheLeadersButNotBeyondTheHighWatermark() {
        Rig rig = following(new TestLog().append(1, 8));
        Push offsets = new Push(FIRST, 8, OptionalInt.of(1), 5, 7, Optional.empty());
        rig.run(rig.replica.onPush(offsets, rig.now()));
        assertThat(rig.last(Effect.RaiseLogStart.class).startOffset()).isEqualTo(5);
    }
}
