package io.kontiki.partition;

import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.storage.NoDescriptorsException;
import java.util.concurrent.TimeUnit;

/**
 * When a replica's log is forced to the disk: when the replica asks for it, by the topic's policy, and now and then to note
 * the recovery point. One flush is under way at a time; what is asked for meanwhile goes into the next. Belongs to the
 * partition's event loop.
 */
final class LogFlushing {
    /** How often the recovery point is noted: recovery after a crash verifies what was appended since. */
    private static final long CHECKPOINT_NANOS = TimeUnit.SECONDS.toNanos(60);

    /**
     * How long the first records of a young log, or of one that was idle, may go without: above the recovery point,
     * damage cannot be told from a torn tail (rule R7).
     */
    private static final int FIRST_CHECKPOINT_MILLIS = 5_000;

    /** The replica whose log this is. Called on the event loop. */
    interface Owner {
        /**
         * What was appended before the flush began is on the disk.
         *
         * @param logStartOffset on the disk now, or one that was there before
         */
        void onFlushed(long logStartOffset);

        void onIoError(RuntimeException cause);

        /** Whether the replica has ended. */
        boolean stopped();
    }

    private final LogPlace place;
    private final ReplicaLogView logView;
    private final EventLoop loop;
    private final Flusher flusher;
    private final Owner owner;
    private TopicConfig.Flush policy = TopicConfig.DEFAULTS.flush();
    private boolean underWay;
    private boolean again;
    private boolean checkpointDue;
    /** There was no room for a checkpoint: it is tried again, even if nothing more is appended. */
    private boolean refused;

    /** A flush could not be begun: it is tried again with the next tick. */
    private boolean notBegun;

    private boolean restsWithoutNote;
    private long unflushedSinceNanos;
    private final long openedNanos;
    private long nextCheckpointNanos;
    private long checkpointedOffset;

    /** @param spread any number: thousands of logs may have been opened at once, and should not all be noted at once */
    LogFlushing(
            LogPlace place,
            ReplicaLogView logView,
            EventLoop loop,
            Flusher flusher,
            Owner owner,
            int spread,
            long nowNanos) {
        this.place = place;
        this.logView = logView;
        this.loop = loop;
        this.flusher = flusher;
        this.owner = owner;
        this.openedNanos = nowNanos;
        this.nextCheckpointNanos =
                nowNanos + TimeUnit.MILLISECONDS.toNanos(Math.floorMod(spread, FIRST_CHECKPOINT_MILLIS));
        this.unflushedSinceNanos = nowNanos;
        this.checkpointedOffset = log().endOffset();
    }

    private PartitionLog log() {
        return place.log();
    }

    /** With {@code flush.mode=os}; in the other mode everything is forced to the disk at once anyhow. */
    void setPolicy(TopicConfig.Flush policy) {
        this.policy = policy.mode() == FlushMode.OS ? policy : TopicConfig.DEFAULTS.flush();
    }

    /** @param rolled whether a segment was closed by it */
    void onAppended(boolean rolled) {
        long unflushed = log().endOffset() - log().flushedOffset();
        if (rolled || !underWay && unflushed >= policy.messages()) {
            flush();
        }
    }

    void onTick(long nowNanos) {
        if (notBegun) {
            flush();
        }
        if (underWay || log().flushedOffset() == log().endOffset()) {
            unflushedSinceNanos = nowNanos;
        } else if (TimeUnit.NANOSECONDS.toMillis(nowNanos - unflushedSinceNanos) >= policy.millis()) {
            flush();
        }
        if (nowNanos - nextCheckpointNanos >= 0) {
            boolean changed = log().endOffset() != checkpointedOffset;
            boolean young = nowNanos - openedNanos < CHECKPOINT_NANOS;
            nextCheckpointNanos = nowNanos
                    + (changed && !young ? CHECKPOINT_NANOS : TimeUnit.MILLISECONDS.toNanos(FIRST_CHECKPOINT_MILLIS));
            if (changed || refused) {
                refused = false;
                checkpointedOffset = log().endOffset();
                checkpoint();
            }
        }
    }

    /** Whether {@link #onTick} need not be called for a while, unless something else happens first: see {@link #rest}. */
    boolean isAtRest() {
        boolean unlimited = policy.millis() == Long.MAX_VALUE;
        return !notBegun && !underWay && (unlimited || log().flushedOffset() == log().endOffset());
    }

    /**
     * {@link #onTick} is not called until {@link #awake} is.
     *
     * @return how long it may be at most; {@link Long#MAX_VALUE} if there is nothing to note
     */
    long rest(long nowNanos) {
        restsWithoutNote = !refused && log().endOffset() == checkpointedOffset;
        return restsWithoutNote ? Long.MAX_VALUE : nextCheckpointNanos - nowNanos;
    }

    /** Nothing was to be forced meanwhile, so nothing is late; but what comes after a long rest is noted in its turn. */
    void awake(long nowNanos) {
        unflushedSinceNanos = nowNanos;
        if (restsWithoutNote && nowNanos - nextCheckpointNanos >= 0) {
            // Thousands that wake at once keep the turns in which they were.
            long turns = TimeUnit.MILLISECONDS.toNanos(FIRST_CHECKPOINT_MILLIS);
            nextCheckpointNanos = nowNanos + Math.floorMod(nextCheckpointNanos - nowNanos, turns);
        }
        restsWithoutNote = false;
    }

    /** Instead of {@link #onTick} while the replica has nothing to do with its log: nothing is late then. */
    void onIdleTick(long nowNanos) {
        unflushedSinceNanos = nowNanos;
    }

    /** Flushes, and notes the recovery point and the log start. */
    void checkpoint() {
        checkpointDue = true;
        flush();
    }

    void flush() {
        if (underWay) {
            again = true;
            return;
        }
        underWay = true;
        notBegun = false;
        boolean checkpoint = checkpointDue;
        checkpointDue = false;
        long start = log().logStartOffset();
        flusher.flush(
                place.placed(),
                checkpoint,
                noted -> loop.execute(() -> {
                    refused |= checkpoint && !noted;
                    onFlushed(noted ? start : logView.storedStartOffset());
                }),
                e -> loop.execute(() -> onFailed(e, checkpoint)));
    }

    private void onFailed(RuntimeException cause, boolean checkpoint) {
        underWay = false;
        if (cause instanceof NoDescriptorsException) {
            notBegun = true;
            checkpointDue |= checkpoint;
        }
        owner.onIoError(cause);
    }

    private void onFlushed(long logStartOffset) {
        underWay = false;
        boolean asked = again;
        again = false;
        owner.onFlushed(logStartOffset);
        // What the replica asked for just now may have begun already, and covers it.
        boolean open = checkpointDue || log().flushedOffset() < log().endOffset();
        if (asked && open && !underWay && !owner.stopped()) {
            flush();
        }
    }
}
