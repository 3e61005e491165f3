package io.kontiki.metadata;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * How far a group has read, and how much there is of it.
 *
 * @param byTopic by topic id, by partition number; no topic without any
 * @param size of them all, kept along, so that a limit costs no look at each
 */
public record GroupOffsets(PSortedMap<UUID, PSortedMap<Integer, CommittedOffset>> byTopic, OffsetsSize size) {
    public static final GroupOffsets NONE = new GroupOffsets(TreePMap.empty(), OffsetsSize.NONE);

    public GroupOffsets {
        Objects.requireNonNull(byTopic);
        Objects.requireNonNull(size);
    }

    public Optional<CommittedOffset> of(TopicPartition partition) {
        return Optional.ofNullable(ofTopic(partition.topicId()).get(partition.partition()));
    }

    /** By partition number; empty without any. */
    public PSortedMap<Integer, CommittedOffset> ofTopic(UUID topicId) {
        return byTopic.getOrDefault(topicId, TreePMap.empty());
    }

    public GroupOffsets with(TopicPartition partition, CommittedOffset offset) {
        var topic = ofTopic(partition.topicId());
        return new GroupOffsets(
                byTopic.plus(partition.topicId(), topic.plus(partition.partition(), offset)),
                size.minus(sizeOf(topic.get(partition.partition()))).plus(OffsetsSize.of(offset)));
    }

    /** These, with the offsets of a topic by partition number added or replaced. */
    public GroupOffsets with(UUID topicId, Map<Integer, CommittedOffset> offsets) {
        if (offsets.isEmpty()) {
            return this;
        }
        var topic = ofTopic(topicId);
        var sum = size;
        for (var each : offsets.entrySet()) {
            sum = sum.minus(sizeOf(topic.get(each.getKey()))).plus(sizeOf(each.getValue()));
        }
        return new GroupOffsets(
                byTopic.plus(topicId, topic.isEmpty() ? TreePMap.from(offsets) : topic.plusAll(offsets)), sum);
    }

    /** These, but for the offsets of partitions of a topic. */
    public GroupOffsets without(UUID topicId, Collection<Integer> partitions) {
        var topic = ofTopic(topicId);
        if (topic.isEmpty()) {
            return this;
        }
        var sum = size;
        for (int partition : partitions) {
            sum = sum.minus(sizeOf(topic.get(partition)));
            topic = topic.minus(partition);
        }
        return new GroupOffsets(topic.isEmpty() ? byTopic.minus(topicId) : byTopic.plus(topicId, topic), sum);
    }

    private static OffsetsSize sizeOf(CommittedOffset present) {
        return present == null ? OffsetsSize.NONE : OffsetsSize.of(present);
    }
}
