package io.kontiki.client;

import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds the partition of each record: its own choice comes first, then the {@link Partitioner}'s. Records that may go
 * anywhere stay with one partition until its batch is closed, then go on to the next that has a leader. Thread-safe.
 */
final class RecordRouter {
    private final Partitioner partitioner;
    private final ConcurrentHashMap<String, Integer> sticky = new ConcurrentHashMap<>();

    RecordRouter(Partitioner partitioner) {
        this.partitioner = partitioner;
    }

    /**
     * The partition that record or partitioner ask for; empty if any will do.
     *
     * @throws KontikiException INVALID_ARGUMENT or PARTITION_NOT_FOUND if the partitioner fails
     */
    OptionalInt fixedPartition(ProducerRecord record, TopicInfo topic) {
        if (record.rawPartition() != ProducerRecord.NO_PARTITION) {
            return OptionalInt.of(record.rawPartition());
        }
        int chosen = choose(record, topic);
        if (chosen == Partitioner.ANY) {
            return OptionalInt.empty();
        }
        int count = topic.partitions().size();
        if (chosen < 0 || chosen >= count) {
            throw new KontikiException(
                    ErrorReason.PARTITION_NOT_FOUND,
                    "the partitioner chose partition " + chosen + " of topic " + topic.name() + ", which has only 0 to "
                            + (count - 1));
        }
        return OptionalInt.of(chosen);
    }

    private int choose(ProducerRecord record, TopicInfo topic) {
        try {
            return partitioner.partition(record, topic);
        } catch (RuntimeException e) {
            throw new KontikiException(
                    ErrorReason.INVALID_ARGUMENT, "the partitioner failed for topic " + topic.name() + ": " + e, e);
        }
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

    /** The next partition that has a leader; if none has, the next one. */
    static int following(TopicInfo topic, int from) {
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
