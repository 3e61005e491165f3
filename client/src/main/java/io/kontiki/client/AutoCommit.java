package io.kontiki.client;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides which positions are committed without the caller asking (rule G7): those that the last poll found, so that the
 * caller, by polling again, has shown that all before them is worked through. Pure. Of the consumer's thread.
 */
final class AutoCommit {
    private final boolean on;
    private final long intervalNanos;
    private final Map<TopicPartition, Long> stored = new TreeMap<>();
    private long nextNanos;

    AutoCommit(boolean on, long intervalNanos, long nowNanos) {
        this.on = on;
        this.intervalNanos = intervalNanos;
        this.nextNanos = nowNanos + intervalNanos;
    }

    boolean isDue(long nowNanos) {
        return on && nowNanos - nextNanos >= 0;
    }

    /** What of these partitions is to be committed now; counts as committed until {@link #forget}. */
    Map<TopicPartition, CommittedOffset> take(Collection<PartitionFetcher> partitions, long nowNanos) {
        nextNanos = nowNanos + intervalNanos;
        var due = new TreeMap<TopicPartition, CommittedOffset>();
        if (on) {
            partitions.forEach(partition -> partition.settled().ifPresent(offset -> {
                var before = stored.put(partition.partition(), offset.offset());
                if (before == null || before != offset.offset()) {
                    due.put(partition.partition(), offset);
                }
            }));
        }
        return due;
    }

    /**
     * The caller commits these: what was settled before is behind it, and would take the group back if it were committed
     * afterwards. What settles later counts again.
     */
    void onExplicitCommit(Collection<PartitionFetcher> partitions) {
        partitions.forEach(partition ->
                partition.settled().ifPresent(offset -> stored.put(partition.partition(), offset.offset())));
    }

    /** They were not stored, or are no longer owned: they are not to be held for committed. */
    void forget(Collection<TopicPartition> partitions) {
        stored.keySet().removeAll(partitions);
    }
}
