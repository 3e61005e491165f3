package io.kontiki.client;

import io.kontiki.record.Murmur2;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Chooses partitions. A record's own choice comes first, then its key's hash. Records without either stay with one
 * partition until its batch is full, then go on to the next that has a leader: fewer and larger batches than in turn
 * record by record. Thread-safe.
 */
final class RecordRouter {
    private final ConcurrentHashMap<String, Integer> sticky = new ConcurrentHashMap<>();

    /** The partition that record or key ask for; empty if any will do. */
    Optional<Integer> fixedPartition(ProducerRecord record, TopicInfo topic) {
        if (record.rawPartition() != ProducerRecord.NO_PARTITION) {
            return Optional.of(record.rawPartition());
        }
        return record.key()
                .map(key -> Murmur2.partitionFor(
                        ByteBuffer.wrap(key), topic.partitions().size()));
    }

    /** The partition that records without a preference go to now. */
    int stickyPartition(TopicInfo topic) {
        int count = topic.partitions().size();
        var known = sticky.get(topic.name());
        return known != null && known < count
                ? known
                : nextStickyPartition(topic, ThreadLocalRandom.current().nextInt(count));
    }

    /** Moves on from this partition, unless another thread just did. */
    int nextStickyPartition(TopicInfo topic, int from) {
        return sticky.compute(
                topic.name(),
                (name, known) -> known != null
                                && known != from
                                && known < topic.partitions().size()
                        ? known
                        : following(topic, from));
    }

    private static int following(TopicInfo topic, int from) {
        int count = topic.partitions().size();
        for (int step = 1; step <= count; step++) {
            int candidate = (from + step) % count;
            if (topic.partitions().get(candidate).leader().isPresent()) {
                return candidate;
            }
        }
        return (from + 1) % count;
    }
}
