package io.kontiki.replication;

import io.kontiki.metadata.PartitionRegistration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A replica that leads in one leader epoch: rules L1 to L10 and L17. */
final class LeaderReplica implements Role {
    private final ReplicaState state;
    private final int epoch;
    /** LESO: the log end when the epoch began. */
    private final long epochStartOffset;

    private final long startedAt;
    private final IsrProposals proposals;
    private final IsrReview review;
    private final Map<Integer, FollowerProgress> followers = new TreeMap<>();
    private final CommitQueue awaitingHighWatermark = new CommitQueue();
    private final CommitQueue awaitingOwnStore = new CommitQueue();
    private final CommitQueue awaitingLogStart = new CommitQueue();
    private long lastEnd;
    private List<Integer> lastIsr;
    /** Who may have led up to now, and has not shown yet that it knows of this epoch. */
    private final Set<Integer> unaware;

    private boolean formerLeadersKnow;

    /** Rule L1. Nothing of an earlier epoch is known to this object, which is how it is forgotten. */
    LeaderReplica(ReplicaState state, long nowNanos) {
        this.state = state;
        this.epoch = state.view().leaderEpoch();
        this.epochStartOffset = state.log().endOffset();
        this.lastEnd = epochStartOffset;
        this.lastIsr = state.view().isr();
        this.startedAt = nowNanos;
        this.proposals = new IsrProposals(state, epoch);
        this.review = new IsrReview(state, proposals, epochStartOffset);
        int latest = state.log().latestEpoch().orElse(-1);
        InvariantViolation.check(latest <= epoch, "I5: the log holds an epoch above the leader's", latest, epoch);
        this.unaware = state.formerLeaders(nowNanos);
        syncFollowers();
        // L17: also puts the epoch into the log's epoch index before anything is served.
        state.outbox().add(new Effect.AppendLeaderChange(epoch));
    }

    @Override
    public ReplicaRole kind() {
        return ReplicaRole.LEADER;
    }

    /** Whether the epoch's first batch is in the log, so that the epoch index knows the epoch. */
    boolean ready() {
        return state.log().endOffset() > epochStartOffset;
    }

    /**
     * Rule L13. A former leader that does not know yet that it is replaced has a lease still: it must not tell less than what
     * was told here.
     */
    boolean knowsCommitted() {
        return ready() && formerLeadersKnow && state.highWatermark() >= epochStartOffset;
    }

    boolean overloaded() {
        return awaitingHighWatermark.size() + awaitingOwnStore.size()
                >= state.options().waitingMax();
    }

    // ---- Events of the log, the metadata and the clock

    @Override
    public void onView(long nowNanos) {
        proposals.onView();
        syncFollowers();
        endLinksOfThoseThatLeft(nowNanos);
        state.flushIfNeeded();
        review(nowNanos);
    }

    @Override
    public void onAppended(long nowNanos) {
        long end = state.log().endOffset();
        InvariantViolation.check(end >= lastEnd, "I4: the leader's log end fell", end, lastEnd);
        for (FollowerProgress follower : followers.values()) {
            follower.noteCaughtUp(lastEnd, nowNanos);
        }
        lastEnd = end;
        state.flushIfNeeded();
        review(nowNanos);
    }

    @Override
    public void onFlushed(long nowNanos) {
        state.flushIfNeeded();
        review(nowNanos);
    }

    /** Rule F12: the followers are told at once, with or without data. */
    @Override
    public void onLogStartRaised(long nowNanos) {
        review(nowNanos);
    }

    @Override
    public void onTick(long nowNanos) {
        PartitionRegistration view = state.view();
        // L6: which of the two a client is told depends on whether waiting longer could have helped.
        CommitOutcome outcome = view.isr().size() < view.minIsr()
                ? CommitOutcome.NOT_ENOUGH_REPLICAS_AFTER_APPEND
                : CommitOutcome.TIMED_OUT_AFTER_APPEND;
        awaitingHighWatermark.expire(nowNanos, outcome, state.outbox());
        awaitingOwnStore.expire(nowNanos, CommitOutcome.TIMED_OUT_AFTER_APPEND, state.outbox());
        awaitingLogStart.expire(nowNanos, CommitOutcome.TIMED_OUT_AFTER_APPEND, state.outbox());
        proposals.onTick(nowNanos);
        review(nowNanos);
        if (ready()) {
            followers.values().forEach(this::pushOffsets);
        }
    }

    /** Also without data; see {@link #push(FollowerProgress)}. */
    private void pushOffsets(FollowerProgress follower) {
        if (follower.offsetsChanged(state.highWatermark(), state.log().startOffset())) {
            push(follower, true);
        }
    }

    /** Time alone changes something while somebody waits, and as long as a follower may come to lag (rule L8) or to join. */
    @Override
    public boolean isAtRest() {
        int waiting = awaitingHighWatermark.size() + awaitingOwnStore.size() + awaitingLogStart.size();
        if (waiting > 0 || !ready() || !formerLeadersKnow || proposals.isUnknown()) {
            return false;
        }
        long end = state.log().endOffset();
        for (FollowerProgress follower : followers.values()) {
            boolean member = state.view().isr().contains(follower.brokerId());
            if (member != follower.attached() || member && follower.storedEnd() < end) {
                return false;
            }
            if (follower.attached()
                    && follower.offsetsChanged(
                            state.highWatermark(), state.log().startOffset())) {
                return false;
            }
        }
        return true;
    }

    /** Rules L1 and L15: pending acknowledgements become unknown, links are closed. */
    @Override
    public void close(CommitOutcome outcome, AttachRefusal reason, int knownEpoch) {
        awaitingHighWatermark.failAll(outcome, state.outbox());
        awaitingOwnStore.failAll(outcome, state.outbox());
        awaitingLogStart.failAll(outcome, state.outbox());
        for (FollowerProgress follower : followers.values()) {
            endLink(follower, reason, knownEpoch);
        }
    }

    // ---- Produce

    /** Rule L6. */
    void awaitCommit(long token, long endOffset, Acks acks, long deadlineNanos) {
        long end = state.log().endOffset();
        InvariantViolation.check(endOffset <= end, "I12: an append waits beyond the log end", endOffset, end);
        CommitQueue queue = acks == Acks.ALL ? awaitingHighWatermark : awaitingOwnStore;
        queue.add(token, endOffset, deadlineNanos);
        completeProduces();
    }

    /** Rule V6. */
    void awaitLogStart(long token, long startOffset, long deadlineNanos) {
        long start = state.log().startOffset();
        InvariantViolation.check(startOffset <= start, "V6: a wait above the log start", startOffset, start);
        awaitingLogStart.add(token, startOffset, deadlineNanos);
        completeTrims();
    }

    // ---- Followers

    /** Rule F2; partition and leader epoch have been compared. */
    void onAttach(int follower, long brokerEpoch, long streamId, Attach attach, long nowNanos) {
        unaware.remove(follower);
        FollowerProgress progress = followers.get(follower);
        if (progress == null
                || brokerEpoch < state.registeredEpoch(follower)
                || progress.isOvertaken(brokerEpoch, attach.link().linkId())) {
            refuse(follower, streamId, attach.link(), AttachRefusal.NOT_REPLICA);
            return;
        }
        // L10: whatever the answer, what an earlier link told no longer counts.
        progress.detach(state.log().endOffset(), nowNanos);
        progress.attachSeen(brokerEpoch, attach.link().linkId());
        ReplicaLog log = state.log();
        // The base of the first batch is asked for only when it matters: it may have to be read from the disk.
        if (attach.endOffset() < log.startOffset() && attach.endOffset() < log.heldStartOffset()) {
            reset(follower, streamId, attach.link());
            return;
        }
        if (attach.lastEpoch().isEmpty() && attach.endOffset() > log.endOffset()) {
            onBeyondLog(follower, streamId, attach);
            return;
        }
        if (attach.lastEpoch().isPresent()) {
            int lastEpoch = attach.lastEpoch().getAsInt();
            if (lastEpoch > epoch) {
                refuse(follower, streamId, attach.link(), AttachRefusal.OUT_OF_RANGE);
                return;
            }
            EpochEnd point = log.endOf(lastEpoch);
            if (point.endOffset() < attach.startOffset() && state.mayLoseCommitted(attach.lastEpoch())) {
                reset(follower, streamId, attach.link());
                return;
            }
            if (point.epoch() < lastEpoch || point.endOffset() < attach.endOffset()) {
                state.outbox().add(new Effect.SendDiverged(follower, streamId, attach.link(), point));
                return;
            }
            if (unverifiable(attach, point)) {
                reset(follower, streamId, attach.link());
                return;
            }
        }
        progress.attach(streamId, attach, log.endOffset(), nowNanos);
        state.outbox()
                .add(new Effect.SendAttached(
                        follower, streamId, attach.link(), state.highWatermark(), log.startOffset()));
        review(nowNanos);
    }

    /**
     * Rule F13: a log begins above the end of this one, and holds nothing. Committed records are gone here: by an unclean
     * election, or else it is not for this replica to settle.
     */
    private void onBeyondLog(int follower, long streamId, Attach attach) {
        if (state.mayLoseCommitted(attach.lastEpoch())) {
            reset(follower, streamId, attach.link());
        } else {
            refuse(follower, streamId, attach.link(), AttachRefusal.OUT_OF_RANGE);
        }
    }

    /**
     * A log whose last epoch ended before this log begins may have parted from it below: nothing is left here to compare.
     * Its records would go with its log start anyhow, but not what it remembers of their producers.
     */
    private boolean unverifiable(Attach attach, EpochEnd point) {
        boolean holdsBatches = attach.startOffset() < attach.endOffset();
        return holdsBatches
                && point.epoch() < state.log().latestEpoch().orElse(-1)
                && point.endOffset() <= state.log().startOffset();
    }

    private void reset(int follower, long streamId, Link link) {
        state.outbox()
                .add(new Effect.SendReset(follower, streamId, link, state.log().heldStartOffset()));
    }

    void onAck(int follower, long brokerEpoch, Ack ack, long nowNanos) {
        FollowerProgress progress = followers.get(follower);
        if (progress == null || !progress.attachedBy(brokerEpoch, ack.link())) {
            return;
        }
        if (ack.endOffset() > state.log().endOffset()) {
            // I7, broken by the other side: it is the link that ends.
            refuse(follower, progress.streamId(), ack.link(), AttachRefusal.OUT_OF_RANGE);
            progress.detach(state.log().endOffset(), nowNanos);
            return;
        }
        progress.acknowledged(ack, state.log().endOffset(), nowNanos);
        review(nowNanos);
    }

    void onDetach(int follower, long brokerEpoch, Link link, long nowNanos) {
        FollowerProgress progress = followers.get(follower);
        if (progress != null && progress.attachedBy(brokerEpoch, link)) {
            progress.detach(state.log().endOffset(), nowNanos);
        }
    }

    /** Rule F14: a broken stream ends the links made on it. */
    void onFollowerDisconnected(int follower, long streamId, long nowNanos) {
        FollowerProgress progress = followers.get(follower);
        if (progress != null && progress.attached() && progress.streamId() == streamId) {
            progress.detach(state.log().endOffset(), nowNanos);
        }
    }

    void onPushSent(int follower, Link link, long endOffset, int bytes) {
        if (isPushing(follower, link)) {
            FollowerProgress progress = followers.get(follower);
            progress.pushSent(endOffset, bytes);
            push(progress);
        }
    }

    /** Rule L12: as the only replica it leads on. Once there is another one, the next attempt makes it step aside. */
    void onPushUnreadable(int follower, Link link, long nowNanos) {
        if (isPushing(follower, link)) {
            FollowerProgress progress = followers.get(follower);
            refuse(follower, progress.streamId(), link, AttachRefusal.STORAGE_ERROR);
            progress.detach(state.log().endOffset(), nowNanos);
        }
    }

    boolean isPushing(int follower, Link link) {
        FollowerProgress progress = followers.get(follower);
        return progress != null && progress.attached() && progress.link().equals(link) && progress.pushing();
    }

    /** Rule M11; 0 for no bound. */
    long throttleBytesPerSecond() {
        return state.view().reassignment().bytesPerSecondMax();
    }

    boolean isThrottled(int follower, long nowNanos) {
        FollowerProgress progress = followers.get(follower);
        return progress != null && throttleBytesPerSecond() > 0 && review.isBeingAdded(progress, nowNanos);
    }

    void onProposalResult(int leaderEpoch, int partitionEpoch, ProposalOutcome outcome, long nowNanos) {
        proposals.onResult(leaderEpoch, partitionEpoch, outcome, nowNanos);
        review(nowNanos);
    }

    // ---- What follows from any of them

    private void review(long nowNanos) {
        if (!ready()) {
            return;
        }
        formerLeadersKnow = formerLeadersKnow || nobodyElseMayLead(nowNanos);
        state.advanceHighWatermark(review.highWatermarkBound(followers.values(), nowNanos));
        completeProduces();
        completeTrims();
        for (FollowerProgress follower : followers.values()) {
            push(follower);
        }
        review.proposeChange(followers, nowNanos);
    }

    /**
     * Whoever may have led has heard of this epoch, was fenced for not being heard, or had its last lease from before this
     * epoch a session ago. To have left the ISR, or the replicas, is no proof: one that is cut off does not know that either.
     */
    private boolean nobodyElseMayLead(long nowNanos) {
        unaware.removeIf(state::fenced);
        return unaware.isEmpty() || nowNanos - startedAt > state.options().sessionNanos();
    }

    private void completeTrims() {
        if (awaitingLogStart.size() > 0) {
            awaitingLogStart.completeUpTo(startOfAllLive(), state.outbox());
        }
    }

    /** Who is not live now follows the log start when it attaches, before it can lead (rules F12 and L7). */
    private long startOfAllLive() {
        long start = state.log().storedStartOffset();
        for (FollowerProgress follower : followers.values()) {
            if (follower.attached()) {
                start = Math.min(start, follower.startOffset());
            } else if (state.usable(follower.brokerId())) {
                return -1;
            }
        }
        return start;
    }

    private void completeProduces() {
        awaitingHighWatermark.completeUpTo(state.highWatermark(), state.outbox());
        awaitingOwnStore.completeUpTo(state.storedEnd(), state.outbox());
    }

    /** Rule L11: data within the window, pipelined. */
    private void push(FollowerProgress follower) {
        // Somebody may wait for a log start, but nobody for what a follower knows of the high watermark: sent with each
        // commit it would double the messages, so it goes with the next data, or alone at a tick.
        push(follower, state.log().startOffset() > follower.sentLogStart());
    }

    /** @param offsets whether to send them if there is no data */
    private void push(FollowerProgress follower, boolean offsets) {
        if (!follower.attached() || follower.pushing()) {
            return;
        }
        long logStart = state.log().startOffset();
        if (follower.sentEnd() < logStart && follower.sentEnd() < state.log().heldStartOffset()) {
            // What comes next for it is given up. It would take what follows for records behind a gap that compaction
            // left, and forget the producers of all between: it has to attach anew, and is reset (rule F11).
            refuse(follower.brokerId(), follower.streamId(), follower.link(), AttachRefusal.OUT_OF_RANGE);
            follower.pushStarted(state.highWatermark(), logStart);
            return;
        }
        int room = follower.windowRoom(state.options().windowBytes());
        int bytes = follower.sentEnd() < state.log().endOffset()
                ? Math.min(room, state.options().pushBytes())
                : 0;
        if (bytes > 0 || offsets) {
            state.outbox()
                    .add(new Effect.PushTo(
                            follower.brokerId(),
                            follower.streamId(),
                            follower.link(),
                            follower.sentEnd(),
                            bytes,
                            follower.previousEpoch(state.log()),
                            state.highWatermark(),
                            logStart));
            follower.pushStarted(state.highWatermark(), logStart);
        }
    }

    /** One progress for each replica of the record. */
    private void syncFollowers() {
        PartitionRegistration view = state.view();
        for (FollowerProgress follower : followers.values()) {
            if (!view.hasReplica(follower.brokerId())) {
                endLink(follower, AttachRefusal.NOT_REPLICA, epoch);
            }
        }
        followers.keySet().removeIf(id -> !view.hasReplica(id));
        for (int id : view.replicas()) {
            if (id != state.brokerId() && !followers.containsKey(id)) {
                FollowerProgress progress = new FollowerProgress(id, state::durable);
                if (view.isr().contains(id)) {
                    progress.assumeCaughtUp(startedAt);
                }
                followers.put(id, progress);
            }
        }
    }

    /**
     * Rules L7 and L10. A follower that stops over its log tells so to the quorum and to this leader. If the quorum is first, its
     * place on the old link must not bring it back into the ISR.
     */
    private void endLinksOfThoseThatLeft(long nowNanos) {
        for (int id : lastIsr) {
            FollowerProgress follower = followers.get(id);
            if (follower != null && !state.view().isr().contains(id)) {
                endLink(follower, AttachRefusal.LEFT_ISR, epoch);
                follower.detach(state.log().endOffset(), nowNanos);
            }
        }
        lastIsr = state.view().isr();
    }

    private void endLink(FollowerProgress follower, AttachRefusal reason, int knownEpoch) {
        if (follower.attached()) {
            state.outbox()
                    .add(new Effect.SendRefused(
                            follower.brokerId(), follower.streamId(), follower.link(), reason, knownEpoch));
        }
    }

    private void refuse(int follower, long streamId, Link link, AttachRefusal reason) {
        state.outbox().add(new Effect.SendRefused(follower, streamId, link, reason, epoch));
    }
}
