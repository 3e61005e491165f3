package io.kontiki.replication;

import java.util.OptionalInt;

/** A replica that follows in one leader epoch: rules F1 to F13. */
final class FollowerReplica implements Role {
    private enum Phase {
        DETACHED,
        ATTACHING,
        ATTACHED,
        TRUNCATING
    }

    private final ReplicaState state;
    private final int leader;
    private final int epoch;
    private Phase phase = Phase.DETACHED;
    /** The current link; meaningful while attaching and attached. */
    private Link link;

    /** When to attach: for the first time or again, or anew if no answer came. */
    private long attachAt;

    /** The leader's high watermark as told on this link. */
    private long leaderHighWatermark;

    private long leaderLogStart;
    private long ackedEnd;
    private long ackedFlushed;
    private long ackedStart;

    FollowerReplica(ReplicaState state, long nowNanos) {
        this.state = state;
        this.leader = state.view().leader();
        this.epoch = state.view().leaderEpoch();
        this.link = new Link(epoch, -1);
        int latest = state.log().latestEpoch().orElse(-1);
        InvariantViolation.check(latest <= epoch, "I5: the log holds an epoch above the leader's", latest, epoch);
        attach(nowNanos);
        state.flushIfNeeded();
    }

    @Override
    public ReplicaRole kind() {
        return ReplicaRole.FOLLOWER;
    }

    boolean isCurrent(Link other) {
        return (phase == Phase.ATTACHING || phase == Phase.ATTACHED) && link.equals(other);
    }

    long leaderHighWatermark() {
        return leaderHighWatermark;
    }

    // ---- Events of the log, the metadata and the clock

    @Override
    public void onView(long nowNanos) {
        state.flushIfNeeded();
    }

    @Override
    public void onAppended(long nowNanos) {
        if (phase == Phase.ATTACHED) {
            takeLeaderOffsets();
            acknowledge();
        }
        state.flushIfNeeded();
    }

    @Override
    public void onFlushed(long nowNanos) {
        if (phase == Phase.ATTACHED) {
            acknowledge();
        }
        state.flushIfNeeded();
    }

    @Override
    public void onLogStartRaised(long nowNanos) {
        if (phase == Phase.ATTACHED) {
            acknowledge();
        }
    }

    @Override
    public void onTick(long nowNanos) {
        boolean waits = phase == Phase.DETACHED || phase == Phase.ATTACHING;
        if (waits && nowNanos - attachAt >= 0) {
            attach(nowNanos);
        }
    }

    @Override
    public boolean isAtRest() {
        return phase == Phase.ATTACHED || phase == Phase.TRUNCATING;
    }

    @Override
    public void close(CommitOutcome outcome, AttachRefusal reason, int knownEpoch) {
        if (phase == Phase.ATTACHING || phase == Phase.ATTACHED) {
            state.outbox().add(new Effect.SendDetach(leader, link));
        }
    }

    // ---- Events of the link

    void onAttached(Link from, long highWatermark, long logStartOffset) {
        if (phase != Phase.ATTACHING || !link.equals(from)) {
            return;
        }
        phase = Phase.ATTACHED;
        ackedEnd = state.log().endOffset();
        learnLeaderOffsets(highWatermark, logStartOffset);
        takeLeaderOffsets();
        // A flush that ended during the handshake was not told yet.
        acknowledge();
    }

    /** Rule F4. The answer carries no high watermark, and none would be believed. */
    void onDiverged(Link from, EpochEnd point, long nowNanos) {
        if (phase != Phase.ATTACHING || !link.equals(from)) {
            return;
        }
        ReplicaLog log = state.log();
        OptionalInt latest = log.latestEpoch();
        if (latest.isEmpty() || point.epoch() > latest.getAsInt()) {
            leave(nowNanos);
            return;
        }
        long cut = Math.min(point.endOffset(), log.endOf(point.epoch()).endOffset());
        if (cut >= log.endOffset()) {
            leave(nowNanos);
            return;
        }
        // F5, I6: what the high watermark covers is never cut without proof of an unclean election.
        InvariantViolation.check(
                cut >= state.highWatermark() || state.mayLoseCommitted(latest),
                "I6: truncation below the high watermark",
                cut,
                state.highWatermark());
        phase = Phase.TRUNCATING;
        state.outbox().add(new Effect.TruncateTo(cut, state.mayLoseCommitted(latest)));
    }

    /** Rule F11: only if nothing is lost by it that the leader's log still has, or by proof of an unclean election. */
    void onResetAsked(Link from, ResetPoint point, long nowNanos) {
        if (phase != Phase.ATTACHING || !link.equals(from)) {
            return;
        }
        ReplicaLog log = state.log();
        if (point.startOffset() < log.endOffset() && !state.mayLoseCommitted(log.latestEpoch())) {
            leave(nowNanos);
            return;
        }
        phase = Phase.TRUNCATING;
        state.outbox().add(new Effect.ResetTo(point));
    }

    /** After a reset as well: the log's end is another one. */
    void onTruncated(long nowNanos) {
        if (phase == Phase.TRUNCATING) {
            attach(nowNanos);
        }
    }

    void onCutRefused(long nowNanos) {
        if (phase == Phase.TRUNCATING) {
            detached(nowNanos);
        }
    }

    void onRefused(Link from, long nowNanos) {
        if (isCurrent(from)) {
            detached(nowNanos);
        }
    }

    /** Rule F7. */
    void onPush(Push push, long nowNanos) {
        if (phase != Phase.ATTACHED || !link.equals(push.link())) {
            return;
        }
        if (!continuesLog(push)) {
            leave(nowNanos);
            return;
        }
        learnLeaderOffsets(push.highWatermark(), push.logStartOffset());
        if (push.batches().isPresent()) {
            // F10: the high watermark is applied after the append, in onAppended.
            state.outbox().add(new Effect.AppendPushed(push.batches().get()));
        } else {
            takeLeaderOffsets();
        }
    }

    void onPushCorrupt(Link from, long nowNanos) {
        if (phase == Phase.ATTACHED && link.equals(from)) {
            leave(nowNanos);
        }
    }

    void onAppendRefused(long nowNanos) {
        if (phase == Phase.ATTACHED) {
            leave(nowNanos);
        }
    }

    void onLeaderDisconnected(int disconnected, long nowNanos) {
        if (disconnected == leader && (phase == Phase.ATTACHING || phase == Phase.ATTACHED)) {
            detached(nowNanos);
        }
    }

    private boolean continuesLog(Push push) {
        ReplicaLog log = state.log();
        OptionalInt latest = log.latestEpoch();
        if (push.previousOffset() != log.endOffset() || !push.previousEpoch().equals(latest)) {
            return false;
        }
        if (push.batches().isEmpty()) {
            return true;
        }
        PushedBatches batches = push.batches().get();
        // What compaction took away at the leader leaves a gap.
        return batches.baseOffset() >= log.endOffset()
                && batches.endOffset() > batches.baseOffset()
                && batches.firstEpoch() >= latest.orElse(-1)
                && batches.lastEpoch() >= batches.firstEpoch()
                && batches.lastEpoch() <= epoch;
    }

    // ---- Steps

    /** Rule F1: each attach opens a link of its own. */
    private void attach(long nowNanos) {
        ReplicaLog log = state.log();
        phase = Phase.ATTACHING;
        link = new Link(epoch, state.identity().linkIds().getAsLong());
        attachAt = nowNanos + state.options().attachTimeoutNanos();
        leaderHighWatermark = 0;
        leaderLogStart = 0;
        ackedEnd = log.endOffset();
        ackedFlushed = log.flushedOffset();
        ackedStart = log.storedStartOffset();
        state.outbox()
                .add(new Effect.SendAttach(
                        leader, new Attach(link, ackedStart, log.latestEpoch(), log.endOffset(), log.flushedOffset())));
    }

    private void leave(long nowNanos) {
        state.outbox().add(new Effect.SendDetach(leader, link));
        detached(nowNanos);
    }

    private void detached(long nowNanos) {
        phase = Phase.DETACHED;
        attachAt = nowNanos + state.options().retryNanos();
    }

    private void learnLeaderOffsets(long highWatermark, long logStartOffset) {
        leaderHighWatermark = Math.max(leaderHighWatermark, highWatermark);
        leaderLogStart = Math.max(leaderLogStart, logStartOffset);
    }

    /** Rules F10 and F12: never beyond what this log holds. */
    private void takeLeaderOffsets() {
        ReplicaLog log = state.log();
        state.advanceHighWatermark(Math.min(leaderHighWatermark, log.endOffset()));
        long start = Math.min(leaderLogStart, state.highWatermark());
        if (start > log.startOffset()) {
            state.outbox().add(new Effect.RaiseLogStart(start));
        }
    }

    /** Rule F9: the log's ends of this moment, never a remembered one. */
    private void acknowledge() {
        ReplicaLog log = state.log();
        if (log.endOffset() == ackedEnd
                && log.flushedOffset() == ackedFlushed
                && log.storedStartOffset() == ackedStart) {
            return;
        }
        ackedEnd = log.endOffset();
        ackedFlushed = log.flushedOffset();
        ackedStart = log.storedStartOffset();
        state.outbox().add(new Effect.SendAck(leader, new Ack(link, ackedEnd, ackedFlushed, ackedStart)));
    }
}
