package io.kontiki.metadata.command;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.GroupOffsets;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.pcollections.PSortedMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePSet;

/** An image while one command changes it, with what was touched. Lives for one call of apply. */
final class ImageEdit {
    private MetadataImage image;
    private PSortedSet<Integer> changedBrokers = TreePSet.empty();
    private PSortedSet<Integer> removedBrokers = TreePSet.empty();
    private PSortedSet<UUID> changedTopics = TreePSet.empty();
    private PSortedSet<UUID> removedTopics = TreePSet.empty();
    private PSortedSet<Integer> changedConfigs = TreePSet.empty();
    private final GroupsEdit groups;

    ImageEdit(MetadataImage image) {
        this.image = image;
        groups = new GroupsEdit(image);
    }

    /** As changed so far. */
    MetadataImage image() {
        return image;
    }

    MetadataDelta delta() {
        return new MetadataDelta(
                changedBrokers, removedBrokers, changedTopics, removedTopics, changedConfigs, groups.delta(image));
    }

    /** Whether a broker came, changed or went. */
    boolean touchedBrokers() {
        return !changedBrokers.isEmpty() || !removedBrokers.isEmpty();
    }

    /** Changes what is not told noun by noun: cluster id, feature level, producer ids, slots. */
    void update(UnaryOperator<MetadataImage> change) {
        image = change.apply(image);
    }

    void put(BrokerRegistration broker) {
        image = image.withBrokers(image.brokers().plus(broker.id(), broker));
        changedBrokers = changedBrokers.plus(broker.id());
    }

    void removeBroker(int id) {
        image = image.withBrokers(image.brokers().minus(id));
        removedBrokers = removedBrokers.plus(id);
    }

    void put(TopicImage topic) {
        image = image.withTopics(image.topics().with(topic));
        changedTopics = changedTopics.plus(topic.id());
    }

    void put(TopicPartition partition, PartitionRegistration registration) {
        var topic = image.topic(partition.topicId()).orElseThrow();
        put(topic.withPartitions(topic.partitions().with(partition.partition(), registration)));
    }

    void removeTopic(UUID id, long index) {
        image = image.withTopics(image.topics().without(id).withLastDeletionIndex(index));
        removedTopics = removedTopics.plus(id);
    }

    /** @param scope a broker, or {@link ConfigsImage#CLUSTER} */
    void putConfigs(int scope, PSortedMap<String, String> configs, long index) {
        image = image.withConfigs(image.configs().with(scope, configs, index));
        changedConfigs = changedConfigs.plus(scope);
    }

    /** Puts a group that is new, or of which anything but offsets changed. */
    void put(GroupImage group) {
        groups.touch(group.id());
        image = image.withGroups(image.groups().with(group));
    }

    /** Puts the offsets of a group that is there, of which those of {@code changed} are new or gone. */
    void put(String groupId, GroupOffsets offsets, Collection<TopicPartition> changed) {
        changed.forEach(partition -> groups.touch(groupId, partition));
        var group = image.group(groupId).orElseThrow();
        image = image.withGroups(image.groups().with(group.withOffsets(offsets)));
    }

    void removeOffsets(String groupId, Collection<TopicPartition> partitions) {
        var offsets = image.group(groupId).orElseThrow().offsets();
        for (var partition : partitions) {
            offsets = offsets.without(partition.topicId(), List.of(partition.partition()));
        }
        put(groupId, offsets, partitions);
    }

    void removeGroup(String id) {
        groups.touch(id);
        image = image.withGroups(image.groups().without(id));
    }

    /** Replaces each partition of the cluster for which {@code change} returns another record than it was given. */
    void mapPartitions(BiFunction<TopicPartition, PartitionRegistration, PartitionRegistration> change) {
        for (var topic : image.topics().byId().values()) {
            var partitions = topic.partitions();
            int number = 0;
            for (var before : topic.partitions()) {
                var after = change.apply(new TopicPartition(topic.id(), number), before);
                if (after != before) {
                    partitions = partitions.with(number, after);
                }
                number++;
            }
            if (partitions != topic.partitions()) {
                put(topic.withPartitions(partitions));
            }
        }
    }
}
