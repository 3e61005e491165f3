package io.kontiki.metadata;

import java.util.Objects;
import java.util.UUID;

/**
 * Names one partition for good: a topic that is deleted and created again under the same name has another id.
 *
 * @param topicId the topic's id
 * @param partition number within the topic, at least 0
 */
public record TopicPartition(UUID topicId, int partition) {
    public TopicPartition {
        Objects.requireNonNull(topicId);
    }
}
