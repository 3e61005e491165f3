package io.kontiki.metadata;

import java.util.Comparator;
import java.util.Objects;
import java.util.UUID;

/**
 * Names one partition for good: a topic that is deleted and created again under the same name has another id. Ordered by
 * topic id, as {@link UUID#compareTo} does, then by number.
 *
 * @param topicId the topic's id
 * @param partition number within the topic, at least 0
 */
public record TopicPartition(UUID topicId, int partition) implements Comparable<TopicPartition> {
    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topicId).thenComparingInt(TopicPartition::partition);

    public TopicPartition {
        Objects.requireNonNull(topicId);
    }

    @Override
    public int compareTo(TopicPartition other) {
        return ORDER.compare(this, other);
    }
}
