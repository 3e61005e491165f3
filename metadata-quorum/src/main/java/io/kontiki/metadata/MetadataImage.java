package io.kontiki.metadata;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * The cluster's metadata at one place of the metadata log. Immutable and persistent: a changed image shares with the
 * one before whatever stayed the same. Iteration is in the order of keys, so equal images read alike everywhere.
 *
 * @param position the last entry it contains
 * @param clusterId empty until the cluster is initialized
 * @param featureLevel which meaning of the commands is in force; 0 until the cluster is initialized
 * @param brokers registrations by broker id, fenced ones too
 * @param topics all topics
 * @param nextProducerId first producer id not handed out
 * @param groups all consumer groups with their committed offsets
 * @param slots who coordinates which groups
 * @param configs configuration of brokers that holds while they run
 */
public record MetadataImage(
        LogPosition position,
        String clusterId,
        int featureLevel,
        PSortedMap<Integer, BrokerRegistration> brokers,
        TopicsImage topics,
        long nextProducerId,
        GroupsImage groups,
        SlotsImage slots,
        ConfigsImage configs) {
    public static final MetadataImage EMPTY = new MetadataImage(
            LogPosition.NONE,
            "",
            0,
            TreePMap.empty(),
            TopicsImage.EMPTY,
            0,
            GroupsImage.EMPTY,
            SlotsImage.EMPTY,
            ConfigsImage.EMPTY);

    public MetadataImage {
        Objects.requireNonNull(position);
        Objects.requireNonNull(clusterId);
        Objects.requireNonNull(brokers);
        Objects.requireNonNull(topics);
        Objects.requireNonNull(groups);
        Objects.requireNonNull(slots);
        Objects.requireNonNull(configs);
    }

    public Optional<BrokerRegistration> broker(int id) {
        return Optional.ofNullable(brokers.get(id));
    }

    /** Whether the broker is registered and may lead and be in sync, as far as its directories allow (rule M0). */
    public boolean usable(int brokerId) {
        var broker = brokers.get(brokerId);
        return broker != null && broker.usable();
    }

    /** Whether the broker may lead this partition and be in sync: it and the directory of its replica (rule M0). */
    public boolean usable(int brokerId, PartitionRegistration partition) {
        var directory = partition.directoryOf(brokerId);
        return usable(brokerId)
                && (directory.equals(PartitionRegistration.UNASSIGNED)
                        || brokers.get(brokerId).isOnline(directory));
    }

    public Optional<TopicImage> topic(UUID id) {
        return topics.topic(id);
    }

    public Optional<TopicImage> topic(String name) {
        return topics.topic(name);
    }

    public Optional<GroupImage> group(String id) {
        return groups.group(id);
    }

    public Optional<PartitionRegistration> partition(TopicPartition partition) {
        return topic(partition.topicId()).flatMap(topic -> topic.partition(partition.partition()));
    }

    /** The same metadata at a later place of the log, after an entry that changed nothing. */
    public MetadataImage withPosition(LogPosition value) {
        return new MetadataImage(
                value, clusterId, featureLevel, brokers, topics, nextProducerId, groups, slots, configs);
    }

    public MetadataImage withCluster(String id, int level) {
        return new MetadataImage(position, id, level, brokers, topics, nextProducerId, groups, slots, configs);
    }

    public MetadataImage withBrokers(PSortedMap<Integer, BrokerRegistration> value) {
        return new MetadataImage(
                position, clusterId, featureLevel, value, topics, nextProducerId, groups, slots, configs);
    }

    public MetadataImage withTopics(TopicsImage value) {
        return new MetadataImage(
                position, clusterId, featureLevel, brokers, value, nextProducerId, groups, slots, configs);
    }

    public MetadataImage withNextProducerId(long value) {
        return new MetadataImage(position, clusterId, featureLevel, brokers, topics, value, groups, slots, configs);
    }

    public MetadataImage withGroups(GroupsImage value) {
        return new MetadataImage(
                position, clusterId, featureLevel, brokers, topics, nextProducerId, value, slots, configs);
    }

    public MetadataImage withSlots(SlotsImage value) {
        return new MetadataImage(
                position, clusterId, featureLevel, brokers, topics, nextProducerId, groups, value, configs);
    }

    public MetadataImage withConfigs(ConfigsImage value) {
        return new MetadataImage(
                position, clusterId, featureLevel, brokers, topics, nextProducerId, groups, slots, value);
    }
}
