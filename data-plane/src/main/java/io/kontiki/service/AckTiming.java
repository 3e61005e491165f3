package io.kontiki.service;

import io.kontiki.measure.LatencyHistogram;
import io.kontiki.metadata.TopicPartition;
import java.util.concurrent.TimeUnit;

/**
 * How long the follower at the other end of a stream takes to append what is pushed to it. One push at a time is followed,
 * whichever comes next: so it costs nothing worth mentioning, however many partitions share the stream, and a follower that
 * is slow shows all the same. Thread-safe.
 */
final class AckTiming {
    /** What is not acknowledged by then may never be: its partition has another leader, or is attached anew. */
    static final long FOLLOWED_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

    private final LatencyHistogram times;
    /** Null while none is followed. Written under the lock of this object. */
    private volatile TopicPartition partition;

    private long endOffset;
    private long sinceNanos;

    AckTiming(LatencyHistogram times) {
        this.times = times;
    }

    /**
     * A push goes on its way.
     *
     * @param end offset behind the last record of it
     * @param askedNanos when the leader wanted to send it
     */
    void onPushed(TopicPartition of, long end, long askedNanos, long nowNanos) {
        if (partition != null && nowNanos - sinceNanos < FOLLOWED_NANOS_MAX) {
            return;
        }
        synchronized (this) {
            endOffset = end;
            sinceNanos = askedNanos;
            partition = of;
        }
    }

    /** Whether an acknowledgement may be the one that is waited for. */
    boolean waits() {
        return partition != null;
    }

    /** The follower has appended up to that offset. */
    synchronized void onAck(TopicPartition of, long end, long nowNanos) {
        if (of.equals(partition) && end >= endOffset) {
            partition = null;
            times.add(nowNanos - sinceNanos);
        }
    }
}
