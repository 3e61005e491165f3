package io.kontiki.replication;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/** What a leader knows of one follower in its epoch. */
final class FollowerProgress {
    private record Sent(long endOffset, int bytes) {}

    private final int brokerId;
    private final BooleanSupplier durable;
    private final Deque<Sent> unacknowledged = new ArrayDeque<>();
    private Link link;
    private long streamId;
    /** Highest epoch of a run that attached; older runs are refused (rule F2). */
    private long brokerEpoch = -1;

    /** Highest link of that run: an attach that was overtaken on another stream must not replace a later one. */
    private long lastLinkId = -1;

    private long attachedEnd;
    private OptionalInt attachedEpoch = OptionalInt.empty();
    private long endOffset;
    private long flushedOffset;
    private long startOffset;
    private long sentEnd;
    private long sentHighWatermark;
    private long sentLogStart;
    private long unacknowledgedBytes;
    private boolean pushing;
    private boolean everCaughtUp;
    private long caughtUpAt;
    /** The leader's log end at {@link #markAt}: a follower that reaches it was caught up then (rule L8). */
    private long markEnd;

    private long markAt;

    /** @param durable whether only what is flushed counts as stored, now */
    FollowerProgress(int brokerId, BooleanSupplier durable) {
        this.brokerId = brokerId;
        this.durable = durable;
    }

    int brokerId() {
        return brokerId;
    }

    long brokerEpoch() {
        return brokerEpoch;
    }

    long streamId() {
        return streamId;
    }

    Link link() {
        return link;
    }

    boolean attached() {
        return link != null;
    }

    /** Rule L10: messages count only if run and link are those of the present attachment. */
    boolean attachedBy(long otherBrokerEpoch, Link otherLink) {
        return attached() && brokerEpoch == otherBrokerEpoch && link.equals(otherLink);
    }

    /** {@code end(f)} in the sense of the flush mode. */
    long storedEnd() {
        return durable.getAsBoolean() ? flushedOffset : endOffset;
    }

    /** First offset of its log, as it last told on the present link. */
    long startOffset() {
        return startOffset;
    }

    /** Rules F1 and F2: whether an attach is of an earlier run, or not newer than the last one of the same run. */
    boolean isOvertaken(long otherBrokerEpoch, long linkId) {
        return otherBrokerEpoch < brokerEpoch || otherBrokerEpoch == brokerEpoch && linkId <= lastLinkId;
    }

    /** Remembers whose attach came last, whatever the answer to it. */
    void attachSeen(long newBrokerEpoch, long linkId) {
        brokerEpoch = newBrokerEpoch;
        lastLinkId = linkId;
    }

    /** A member of the ISR counts as caught up when the epoch begins. */
    void assumeCaughtUp(long nowNanos) {
        everCaughtUp = true;
        caughtUpAt = nowNanos;
    }

    /** Rule L10: on a new link the end may be lower than it was. */
    void attach(long newStreamId, Attach attach, long leaderEnd, long nowNanos) {
        streamId = newStreamId;
        link = attach.link();
        attachedEnd = attach.endOffset();
        attachedEpoch = attach.lastEpoch();
        sentEnd = attach.endOffset();
        sentHighWatermark = -1;
        sentLogStart = -1;
        pushing = false;
        unacknowledged.clear();
        unacknowledgedBytes = 0;
        endOffset = attach.endOffset();
        flushedOffset = attach.flushedOffset();
        startOffset = attach.startOffset();
        markEnd = leaderEnd;
        markAt = nowNanos;
        noteCaughtUp(leaderEnd, nowNanos);
    }

    void detach(long leaderEnd, long nowNanos) {
        noteCaughtUp(leaderEnd, nowNanos);
        link = null;
        unacknowledged.clear();
    }

    /** Within a link ends only rise: a truncation would have opened another one (rule F9). */
    void acknowledged(Ack ack, long leaderEnd, long nowNanos) {
        endOffset = Math.max(endOffset, ack.endOffset());
        flushedOffset = Math.max(flushedOffset, ack.flushedOffset());
        startOffset = Math.max(startOffset, ack.startOffset());
        while (!unacknowledged.isEmpty() && unacknowledged.peek().endOffset <= endOffset) {
            unacknowledgedBytes -= unacknowledged.poll().bytes;
        }
        noteCaughtUp(leaderEnd, nowNanos);
    }

    /**
     * To be called with the log end from before an append as well as on each ack. What counts is what the follower has
     * stored: one that appends and whose flush hangs holds up every acknowledgement (rule L4), so it must not count as
     * caught up.
     */
    void noteCaughtUp(long leaderEnd, long nowNanos) {
        if (!attached()) {
            return;
        }
        long stored = storedEnd();
        if (stored >= leaderEnd) {
            caughtUpAt = nowNanos;
        } else if (stored >= markEnd) {
            caughtUpAt = markAt;
        } else {
            return;
        }
        everCaughtUp = true;
        markEnd = leaderEnd;
        markAt = nowNanos;
    }

    /** Rule L8: time since the follower was last known to have the whole log; equal ends count as now. */
    boolean lagsBeyond(long limitNanos, long leaderEnd, long nowNanos) {
        if (attached() && storedEnd() >= leaderEnd) {
            return false;
        }
        return !everCaughtUp || nowNanos - caughtUpAt > limitNanos;
    }

    // ---- Pushes

    boolean pushing() {
        return pushing;
    }

    long sentEnd() {
        return sentEnd;
    }

    int windowRoom(int windowBytes) {
        return (int) Math.max(0, windowBytes - unacknowledgedBytes);
    }

    long sentLogStart() {
        return sentLogStart;
    }

    boolean offsetsChanged(long highWatermark, long logStart) {
        return highWatermark > sentHighWatermark || logStart > sentLogStart;
    }

    /** Epoch of the batch before {@link #sentEnd()}: what the follower itself said, or what the log holds there. */
    OptionalInt previousEpoch(ReplicaLog log) {
        return sentEnd == attachedEnd ? attachedEpoch : log.epochAt(sentEnd - 1);
    }

    void pushStarted(long highWatermark, long logStart) {
        pushing = true;
        sentHighWatermark = highWatermark;
        sentLogStart = logStart;
    }

    void pushSent(long newSentEnd, int bytes) {
        pushing = false;
        if (newSentEnd > sentEnd) {
            sentEnd = newSentEnd;
            if (endOffset < newSentEnd) {
                unacknowledged.add(new Sent(newSentEnd, bytes));
                unacknowledgedBytes += bytes;
            }
        }
    }
}
