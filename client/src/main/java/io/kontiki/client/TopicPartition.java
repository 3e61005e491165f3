package io.kontiki.client;

import java.util.Comparator;
import java.util.Objects;

/**
 * One partition of a topic.
 *
 * @param topic name of the topic, not empty
 * @param partition number, at least 0
 */
public record TopicPartition(String topic, int partition) implements Comparable<TopicPartition> {
    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    public TopicPartition {
        Objects.requireNonNull(topic, "topic");
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("topic is empty");
        }
        if (partition < 0) {
            throw new IllegalArgumentException("partition is " + partition + ", must be at least 0");
        }
    }

    /** By topic, then by number. */
    @Override
    public int compareTo(TopicPartition other) {
        return ORDER.compare(this, other);
    }

    /** {@code topic-number}. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
