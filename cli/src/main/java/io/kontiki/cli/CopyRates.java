package io.kontiki.cli;

import io.kontiki.client.ReassignmentInfo;
import io.kontiki.client.TopicPartition;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * How fast partitions are copied.
 *
 * @param bytesPerSecond to all new replicas together, by partition; of partitions seen twice
 */
record CopyRates(Map<TopicPartition, Long> bytesPerSecond) {
    static final CopyRates UNKNOWN = new CopyRates(Map.of());

    /** From two looks, the second one so much later. */
    static CopyRates between(
            Map<TopicPartition, ReassignmentInfo> before, Map<TopicPartition, ReassignmentInfo> after, long nanos) {
        var rates = new TreeMap<TopicPartition, Long>();
        after.forEach((partition, move) -> {
            if (before.containsKey(partition) && nanos > 0) {
                // A leader that deletes what is old makes both smaller.
                long bytes = Math.max(0, copied(move) - copied(before.get(partition)));
                rates.put(partition, Math.round(bytes * (double) TimeUnit.SECONDS.toNanos(1) / nanos));
            }
        });
        return new CopyRates(rates);
    }

    OptionalLong of(TopicPartition partition) {
        return bytesPerSecond.containsKey(partition)
                ? OptionalLong.of(bytesPerSecond.get(partition))
                : OptionalLong.empty();
    }

    long total() {
        return bytesPerSecond.values().stream().mapToLong(Long::longValue).sum();
    }

    static long copied(ReassignmentInfo move) {
        return move.progress().values().stream()
                .mapToLong(ReassignmentInfo.Progress::copiedBytes)
                .sum();
    }

    static long whole(ReassignmentInfo move) {
        return move.progress().values().stream()
                .mapToLong(ReassignmentInfo.Progress::totalBytes)
                .sum();
    }

    /** The time that so many bytes take at that rate; empty if nothing moves. */
    static OptionalLong nanosLeft(long bytes, long bytesPerSecond) {
        return bytesPerSecond <= 0
                ? OptionalLong.empty()
                : OptionalLong.of(
                        Math.round(Math.max(0, bytes) / (double) bytesPerSecond * TimeUnit.SECONDS.toNanos(1)));
    }
}
