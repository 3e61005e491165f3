package io.kontiki.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Creates, changes and shows topics, places and elects their replicas, shows and mends consumer groups, shows the cluster, and
 * configures its brokers. Thread-safe. Each call blocks until it is done, at most the request time-out, and tries one bootstrap
 * server after the other; it fails with a {@link KontikiException}. A change whose outcome is unknown (a connection broke) is not
 * repeated, other than the creation of a topic: the caller is told, {@link KontikiException#definite}.
 */
public final class Admin implements AutoCloseable {
    private final Channels channels;
    private final TopicCalls topics;
    private final ClusterCalls cluster;
    private final LogCalls logs;
    private final QuorumCalls quorum;
    private final PartitionCalls partitions;
    private final GroupCalls groups;
    private final MetaCalls meta;
    private final ConfigCalls configs;
    private final LeaderOffsets offsets;

    private Admin(Builder builder) {
        var client = builder.clientConfig();
        channels = new Channels(builder.transport());
        var anyBroker =
                new AnyBroker(channels, client::bootstrapServers, client.requestTimeout(), client.connectTimeout());
        topics = new TopicCalls(anyBroker);
        cluster = new ClusterCalls(anyBroker);
        logs = new LogCalls(anyBroker, client.requestTimeout());
        quorum = new QuorumCalls(anyBroker);
        partitions = new PartitionCalls(anyBroker);
        groups = new GroupCalls(anyBroker, client.requestTimeout());
        meta = new MetaCalls(anyBroker);
        configs = new ConfigCalls(anyBroker);
        offsets = new LeaderOffsets(client, channels);
    }

    /** Settings for a new admin. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Creates a topic; returns it as created. Fails with TOPIC_EXISTS, INVALID_… Asked for again after an answer that was
     * lost, brokers tell the topic that this very call made from one that was there.
     */
    public TopicInfo createTopic(NewTopic topic) {
        return topics.create(topic, false);
    }

    /** As {@link #createTopic}, but only checks; returns the topic as it would be. */
    public TopicInfo validateTopic(NewTopic topic) {
        return topics.create(topic, true);
    }

    /** Deletes a topic with all its records. Fails with TOPIC_NOT_FOUND. */
    public void deleteTopic(String name) {
        topics.delete(name);
    }

    /** All topics, by name. */
    public List<TopicInfo> listTopics() {
        return topics.list();
    }

    /** A topic and all of its configuration. Fails with TOPIC_NOT_FOUND. */
    public TopicDescription describeTopic(String name) {
        return topics.describe(name);
    }

    /**
     * Changes a topic's configuration; returns the topic after it.
     *
     * @param set keys to set, with their values
     * @param remove keys to put back to their defaults
     * @param validateOnly check only, change nothing
     */
    public TopicInfo alterTopic(String name, Map<String, String> set, Set<String> remove, boolean validateOnly) {
        return topics.alter(name, set, remove, validateOnly);
    }

    /**
     * Adds partitions; returns the topic after it. Keys may go to other partitions from then on.
     *
     * @param total count after the call, above the present one
     * @param validateOnly check only, change nothing
     */
    public TopicInfo addPartitions(String name, int total, boolean validateOnly) {
        return topics.addPartitions(name, total, validateOnly);
    }

    /** The cluster and its brokers. */
    public ClusterDescription describeCluster() {
        return cluster.describe();
    }

    /** Version and limits of the broker that answers first. */
    public ServerInfo serverInfo() {
        return cluster.serverInfo();
    }

    /**
     * Deletes the records below an offset of each partition, on all replicas, for good. Waits until no live replica gives
     * them out any more. What was done before a failure stays done.
     *
     * @param beforeOffsets 0 to the end of the committed records
     * @return the first offset that is left, by partition
     */
    public Map<TopicPartition, Long> deleteRecords(Map<TopicPartition, Long> beforeOffsets) {
        return logs.deleteRecords(beforeOffsets);
    }

    /**
     * The log directories of a broker, with what lies in them.
     *
     * @param topic only its partitions; empty for all
     */
    public List<LogDirInfo> describeLogDirs(int brokerId, Optional<String> topic) {
        return logs.describeLogDirs(brokerId, topic);
    }

    /**
     * Begins to move the log of a replica to another directory of its broker, while it is used; does not wait for the end.
     * See {@link #describeLogMove}.
     *
     * @param directory path, as the broker's configuration has it, or id
     */
    public LogMove moveLog(TopicPartition partition, int brokerId, String directory) {
        if (directory.isEmpty()) {
            throw new IllegalArgumentException("directory is empty");
        }
        return logs.moveLog(partition, brokerId, directory);
    }

    /** How the last move of a replica's log goes, since its broker started. Fails with the reason if the move failed. */
    public LogMove describeLogMove(TopicPartition partition, int brokerId) {
        return logs.moveLog(partition, brokerId, "");
    }

    /**
     * Lets the first replica of each partition lead it again, where it is in sync. Each partition is judged alone, and what
     * came of it is in the answer.
     */
    public Map<TopicPartition, LeaderElection> electLeaders(Set<TopicPartition> wanted) {
        return partitions.electPreferred(wanted);
    }

    /**
     * Elects leaders of partitions of which no replica is left that holds every committed record: each time the one that
     * holds most. What others had beyond it is lost, and the answer tells which offsets, and whom nobody heard that may have
     * had more. CONCURRENT_CHANGE for a partition
     * means that not all replicas have told what they hold: ask again, or leave them out.
     *
     * @param without brokers that are not waited for, though they may hold more
     */
    public Map<TopicPartition, LeaderElection> electLeadersUncleanly(Set<TopicPartition> wanted, Set<Integer> without) {
        return partitions.electUnclean(wanted, without);
    }

    /**
     * Begins to move replicas to other brokers; it goes on by itself, see {@link #listReassignments}. Each partition is
     * judged alone.
     *
     * @param replicas brokers that are to hold each partition, the preferred leader first
     * @param bytesPerSecondMax most that one broker sends to replicas that are being added, at least 1; another call changes it
     * @param validateOnly check only, change nothing
     * @return why a partition's replicas are not moved, by partition; empty where they are
     */
    public Map<TopicPartition, Optional<KontikiException>> reassignPartitions(
            Map<TopicPartition, List<Integer>> replicas, OptionalLong bytesPerSecondMax, boolean validateOnly) {
        return partitions.reassign(replicas, bytesPerSecondMax, validateOnly);
    }

    /**
     * Puts replicas that are being moved back to where they were. Each partition is judged alone.
     *
     * @param wanted none means all that are under way
     * @return why it is not done, by partition; empty where it is
     */
    public Map<TopicPartition, Optional<KontikiException>> cancelReassignments(Set<TopicPartition> wanted) {
        return partitions.cancel(wanted);
    }

    /** The partitions whose replicas are being moved, and how far that is. */
    public Map<TopicPartition, ReassignmentInfo> listReassignments() {
        return partitions.list();
    }

    /** Makes the cluster forget a broker that is gone for good. Fails with INVALID_ARGUMENT while it runs. */
    public void unregisterBroker(int brokerId) {
        cluster.unregister(brokerId);
    }

    /** Who votes in the metadata quorum, and how far the metadata of each broker are. */
    public QuorumDescription describeQuorum() {
        return quorum.describe();
    }

    /** Makes a running broker a voter; returns when it has caught up. */
    public void addVoter(int brokerId) {
        quorum.add(brokerId);
    }

    /** Takes the vote from a broker, running or not, which goes on without. */
    public void removeVoter(int brokerId) {
        quorum.remove(brokerId);
    }

    /** Gives a running broker that lost its metadata log its vote back, as a new member of the quorum. */
    public void replaceVoter(int brokerId) {
        quorum.replace(brokerId);
    }

    /** Has another voter lead the metadata quorum. */
    public void transferQuorumLeadership(int brokerId) {
        quorum.transferLeadership(brokerId);
    }

    /**
     * Has the broker that answers write its metadata to a snapshot now. It must vote, and each voter has its own, so this is
     * for an admin that was given one broker alone.
     *
     * @return index of the metadata log that its newest snapshot reaches, at least 0
     * @throws KontikiException INVALID_ARGUMENT if it does not vote, STORAGE_ERROR if none could be written
     */
    public long takeMetadataSnapshot() {
        return quorum.takeSnapshot();
    }

    /** All consumer groups, by id. */
    public List<GroupInfo> groups() {
        return groups.list();
    }

    /** A consumer group and its members. Fails with GROUP_NOT_FOUND. */
    public GroupDescription describeGroup(String groupId) {
        return groups.describe(groupId);
    }

    /**
     * All offsets that a group has committed, by partition. Fails with GROUP_NOT_FOUND, and if any of them cannot be read
     * within the request time-out.
     */
    public Map<TopicPartition, CommittedOffset> groupOffsets(String groupId) {
        return groups.offsets(groupId);
    }

    /**
     * Stores offsets of a group without members; a group that does not exist is made by it. Each partition is judged alone.
     *
     * @return why an offset is not stored, by partition; empty where it is. GROUP_NOT_EMPTY while the group has members
     */
    public Map<TopicPartition, Optional<KontikiException>> alterGroupOffsets(
            String groupId, Map<TopicPartition, CommittedOffset> offsets) {
        return groups.alterOffsets(groupId, offsets);
    }

    /** Forgets a group without members, and its offsets. Fails with GROUP_NOT_FOUND or GROUP_NOT_EMPTY. */
    public void deleteGroup(String groupId) {
        groups.delete(groupId);
    }

    /**
     * Forgets offsets of partitions whose topics no member subscribes to. Fails with GROUP_NOT_FOUND or GROUP_SUBSCRIBED.
     *
     * @return what was forgotten: those that had a commit
     */
    public Set<TopicPartition> deleteGroupOffsets(String groupId, Set<TopicPartition> wanted) {
        return groups.deleteOffsets(groupId, wanted);
    }

    /** As {@link #deleteGroupOffsets}, of whole topics. */
    public Set<TopicPartition> deleteGroupOffsetsOfTopics(String groupId, Set<String> topicNames) {
        return groups.deleteOffsetsOfTopics(groupId, topicNames);
    }

    /** Fences a member: its partitions go to others. It joins anew if it lives. Fails with UNKNOWN_MEMBER. */
    public void removeMember(String groupId, String memberId) {
        groups.removeMember(groupId, memberId, "");
    }

    /** As {@link #removeMember}, for the static member of this name. */
    public void removeInstance(String groupId, String instanceId) {
        groups.removeMember(groupId, "", instanceId);
    }

    /** Looks up offsets at the leaders, by partition. Fails if one of them cannot be found within the request time-out. */
    public Map<TopicPartition, OffsetInfo> listOffsets(Map<TopicPartition, Position> positions) {
        return offsets.find(positions);
    }

    /**
     * A node of the cluster's metadata, as the broker that answers first has it. Fails with NODE_NOT_FOUND.
     *
     * @param path such as {@code /brokers/ids/1}
     */
    public MetadataNode metadataNode(String path) {
        return meta.node(path);
    }

    /**
     * Visits the nodes below one, each before its children, while brokers answer; what changes meanwhile is seen or not,
     * and each node tells its {@link MetadataNode#index}. Fails with NODE_NOT_FOUND.
     *
     * @param depth how far below, 1 to 16: 1 is the children only
     * @param values whether their values are wanted, too
     * @param visitor called on the caller's thread; false ends it
     */
    public void visitMetadata(String path, int depth, boolean values, Predicate<MetadataNode> visitor) {
        meta.visit(path, depth, values, visitor);
    }

    /**
     * The configuration of a running broker, in the order of the documentation. Fails with INVALID_CONFIG if a key is unknown.
     *
     * @param keys only these, at most 100; none means all
     */
    public List<BrokerConfigEntry> describeConfigs(int brokerId, Set<String> keys) {
        return configs.describe(brokerId, keys);
    }

    /**
     * Changes configuration of brokers while they run: what is set for a broker goes before what is set for the cluster, and
     * that before the broker's file. Brokers take it on a moment later, and keep it over restarts. Fails with INVALID_CONFIG,
     * also for a key that is read at the start only; with INVALID_ARGUMENT if the broker is not registered.
     *
     * @param brokerId only this broker; empty for the whole cluster
     * @param set keys to set, with their values
     * @param remove keys to remove, so that what is weaker counts again
     * @param validateOnly check only, change nothing
     * @return all that is set there after it, or would be, by key
     */
    public Map<String, String> alterConfigs(
            OptionalInt brokerId, Map<String, String> set, Set<String> remove, boolean validateOnly) {
        return configs.alter(brokerId, set, remove, validateOnly);
    }

    /** Frees all resources. Idempotent. */
    @Override
    public void close() {
        offsets.close();
        channels.close(Duration.ZERO);
    }

    /** Settings of an admin. Not thread-safe. */
    public static final class Builder extends ClientBuilder<Builder> {
        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** A new admin. It connects at the first call. */
        public Admin build() {
            return new Admin(this);
        }
    }
}
