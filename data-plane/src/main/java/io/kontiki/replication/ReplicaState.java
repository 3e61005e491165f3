package io.kontiki.replication;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** What both roles share: the log, the quorum's record, the high watermark and the effects of the present event. */
final class ReplicaState {
    private final ReplicaIdentity identity;
    private final ReplicaLog log;
    private final ReplicaOptions options;
    private final Outbox outbox = new Outbox();
    private Map<Integer, BrokerRegistration> brokers = Map.of();
    private PartitionRegistration view;
    private final FormerLeaders formerLeaders;
    private long highWatermark;
    private boolean flushing;

    ReplicaState(ReplicaIdentity identity, ReplicaLog log, long highWatermarkHint, ReplicaOptions options) {
        this.identity = identity;
        this.log = log;
        this.options = options;
        this.formerLeaders = new FormerLeaders(options.sessionNanos());
        // R15: the checkpoint is only a hint.
        this.highWatermark = Math.max(log.startOffset(), Math.min(highWatermarkHint, log.endOffset()));
    }

    ReplicaIdentity identity() {
        return identity;
    }

    int brokerId() {
        return identity.brokerId();
    }

    ReplicaLog log() {
        return log;
    }

    ReplicaOptions options() {
        return options;
    }

    Outbox outbox() {
        return outbox;
    }

    /** The record at the version known here; present in every role but the first idling. */
    PartitionRegistration view() {
        return view;
    }

    boolean hasView() {
        return view != null;
    }

    long highWatermark() {
        return highWatermark;
    }

    void setMetadata(PartitionRegistration newView, Map<Integer, BrokerRegistration> newBrokers, long nowNanos) {
        if (view == null) {
            formerLeaders.onFirst(newView, nowNanos);
        } else {
            formerLeaders.onNext(view, newView, nowNanos);
        }
        view = newView;
        brokers = newBrokers;
    }

    /** Other brokers that led up to now, or may have, and may have a lease still (rule L13). */
    Set<Integer> formerLeaders(long nowNanos) {
        Set<Integer> others = formerLeaders.mayHaveALease(brokers.keySet(), nowNanos);
        others.remove(brokerId());
        return others;
    }

    /** Whether that broker cannot believe any more that it leads (rule L16). */
    boolean fenced(int brokerId) {
        BrokerRegistration broker = brokers.get(brokerId);
        return broker == null || broker.fenced();
    }

    /** Whether the quorum lets that broker be in sync (rule M0). */
    boolean usable(int brokerId) {
        BrokerRegistration broker = brokers.get(brokerId);
        return broker != null && broker.usable();
    }

    /** Epoch of the broker's registered run, or -1. */
    long registeredEpoch(int brokerId) {
        BrokerRegistration broker = brokers.get(brokerId);
        return broker == null ? -1 : broker.epoch();
    }

    boolean durable() {
        return view.flushMode() == FlushMode.ACK;
    }

    /** {@code end(self)}: how far this replica's log is stored in the sense of the flush mode. */
    long storedEnd() {
        return durable() ? log.flushedOffset() : log.endOffset();
    }

    /**
     * Raises the high watermark; a lower value changes nothing (I3).
     *
     * @return whether it rose
     */
    boolean advanceHighWatermark(long to) {
        if (to <= highWatermark) {
            return false;
        }
        InvariantViolation.check(to <= log.endOffset(), "I3: high watermark above the log end", to, log.endOffset());
        highWatermark = to;
        outbox.add(new Effect.HighWatermarkAdvanced(to));
        return true;
    }

    /** Rule F6. It falls only where an unclean election proves that it may: {@link #mayLoseCommitted}. */
    void logCut() {
        highWatermark = Math.min(highWatermark, log.endOffset());
    }

    /** Rule F11: what the log begins with anew was committed, and nothing else is known. */
    void logReset() {
        logCut();
        advanceHighWatermark(log.startOffset());
    }

    /**
     * Invariant I6: whether an unclean election since this log's last batch proves that what was committed here may be
     * lost (rule M9).
     *
     * @param lastEpoch leader epoch of the last batch
     */
    boolean mayLoseCommitted(OptionalInt lastEpoch) {
        return view.uncleanEpoch() > lastEpoch.orElse(0);
    }

    /** Durable mode: asks for a flush of what is not on the disk; one at a time, so that appends share it. */
    void flushIfNeeded() {
        if (!flushing && durable() && log.flushedOffset() < log.endOffset()) {
            flushing = true;
            outbox.add(new Effect.Flush());
        }
    }

    void flushed() {
        flushing = false;
    }

    /** Checked around every event. */
    void checkLog() {
        long end = log.endOffset();
        InvariantViolation.check(
                log.flushedOffset() <= end, "I3: flushed end above the log end", log.flushedOffset(), end);
        InvariantViolation.check(highWatermark <= end, "I3: high watermark above the log end", highWatermark, end);
        InvariantViolation.check(
                log.startOffset() <= highWatermark,
                "I3: log start above the high watermark",
                log.startOffset(),
                highWatermark);
    }
}
