package io.kontiki.chaos.cluster;

import io.kontiki.faults.ReplicaFiles;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Compares the logs of a partition's replicas, whose brokers have stopped, byte for byte. */
public final class ReplicaComparison {
    private ReplicaComparison() {}

    /**
     * Tells the first difference, if there is one.
     *
     * @param logs the directory of each replica's log, by broker
     * @param committed the logs must be there and equal up to this offset at least; behind it, one may be longer than
     *     another
     */
    public static Optional<String> difference(Map<Integer, Path> logs, long committed) {
        return difference(logs, committed, Long.MAX_VALUE);
    }

    /**
     * As {@link #difference(Map, long)}, but does not look behind what was committed: brokers that stop all at once may end
     * with different leaderships.
     */
    public static Optional<String> committedDifference(Map<Integer, Path> logs, long committed) {
        return difference(logs, committed, committed);
    }

    private static Optional<String> difference(Map<Integer, Path> logs, long committed, long to) {
        Map<Integer, NavigableMap<Long, ByteBuffer>> batches = new TreeMap<>();
        for (Map.Entry<Integer, Path> log : logs.entrySet()) {
            try {
                batches.put(log.getKey(), read(log.getValue()));
            } catch (InvalidBatchException | UncheckedIOException e) {
                return Optional.of("the log at broker " + log.getKey() + " cannot be read: " + e.getMessage());
            }
        }
        long start = batches.values().stream()
                .mapToLong(log -> log.isEmpty() ? 0 : log.firstKey())
                .max()
                .orElse(0);
        long end = batches.values().stream()
                .mapToLong(ReplicaComparison::end)
                .min()
                .orElse(0);
        if (end < committed) {
            return Optional.of("a replica ends at offset " + end + ", though " + committed + " was committed");
        }
        long compared = Math.min(end, to);
        Map.Entry<Integer, NavigableMap<Long, ByteBuffer>> first =
                batches.entrySet().iterator().next();
        return batches.entrySet().stream()
                .filter(log -> !log.getValue()
                        .subMap(start, compared)
                        .equals(first.getValue().subMap(start, compared)))
                .findFirst()
                .map(log -> "brokers " + first.getKey() + " and " + log.getKey() + " differ from offset "
                        + firstDifference(
                                first.getValue().subMap(start, compared),
                                log.getValue().subMap(start, compared))
                        + " on");
    }

    private static NavigableMap<Long, ByteBuffer> read(Path log) {
        NavigableMap<Long, ByteBuffer> batches = new TreeMap<>();
        for (RecordBatch batch : RecordBatches.of(new ReplicaFiles(log).batches())) {
            batch.ensureValidChecksum();
            batches.put(batch.baseOffset(), batch.bytes());
        }
        return batches;
    }

    private static long end(NavigableMap<Long, ByteBuffer> log) {
        return log.isEmpty() ? 0 : RecordBatch.at(log.lastEntry().getValue(), 0).lastOffset() + 1;
    }

    private static long firstDifference(Map<Long, ByteBuffer> one, Map<Long, ByteBuffer> other) {
        return one.entrySet().stream()
                .filter(batch -> !batch.getValue().equals(other.get(batch.getKey())))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(() -> other.keySet().stream()
                        .filter(offset -> !one.containsKey(offset))
                        .findFirst()
                        .orElse(-1L));
    }
}
