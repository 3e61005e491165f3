package io.kontiki.client;

import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.proto.v1.WatchMetadataResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Brokers and topics at one index of the metadata log. Immutable. */
record ClusterMetadata(
        String clusterId, long version, Map<Integer, BrokerInfo> brokers, Map<String, TopicInfo> topics) {
    /** Nothing known yet. */
    static final ClusterMetadata EMPTY = new ClusterMetadata("", -1, Map.of(), Map.of());

    boolean isKnown() {
        return version >= 0;
    }

    /** Whether a message of the watch says more than that its broker is up to date. */
    static boolean holdsChange(WatchMetadataResponse change) {
        return change.getFull()
                || change.getBrokersCount() + change.getRemovedBrokersCount() > 0
                || change.getTopicsCount() + change.getRemovedTopicsCount() > 0;
    }

    /** The state after a message of the watch. */
    ClusterMetadata apply(WatchMetadataResponse change) {
        if (!holdsChange(change)) {
            return new ClusterMetadata(clusterId, change.getVersion(), brokers, topics);
        }
        var newTopics = new HashMap<String, TopicInfo>(change.getFull() ? Map.of() : topics);
        // Removed first: a topic deleted and made again between two messages has the same name under another id.
        change.getRemovedTopicsList().forEach(id -> {
            var removed = WireValues.topicId(id);
            newTopics.values().removeIf(topic -> topic.id().equals(removed));
        });
        change.getTopicsList().forEach(t -> newTopics.put(t.getName(), WireValues.topic(t)));
        return new ClusterMetadata(change.getClusterId(), change.getVersion(), brokersAfter(change), newTopics);
    }

    /** The same object if the message tells of no broker. */
    private Map<Integer, BrokerInfo> brokersAfter(WatchMetadataResponse change) {
        if (!change.getFull() && change.getBrokersCount() + change.getRemovedBrokersCount() == 0) {
            return brokers;
        }
        var newBrokers = new TreeMap<Integer, BrokerInfo>(change.getFull() ? Map.of() : brokers);
        change.getRemovedBrokersList().forEach(newBrokers::remove);
        change.getBrokersList().forEach(b -> newBrokers.put(b.getId(), WireValues.broker(b)));
        return newBrokers;
    }

    Optional<TopicInfo> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    boolean exists(TopicPartition partition) {
        var topic = topics.get(partition.topic());
        return topic != null && partition.partition() < topic.partitions().size();
    }

    /** Whether the topic's leaders and their addresses cannot be others than in the state before. */
    boolean keepsLeaders(ClusterMetadata before, String topic) {
        return brokers == before.brokers && topics.get(topic) == before.topics.get(topic);
    }

    /** The partition's leader, if it has one and its address is known. */
    Optional<Leader> leader(TopicPartition partition) {
        if (!exists(partition)) {
            return Optional.empty();
        }
        var topic = topics.get(partition.topic());
        var info = topic.partitions().get(partition.partition());
        var broker = info.leader().isPresent() ? brokers.get(info.leader().getAsInt()) : null;
        return broker == null
                ? Optional.empty()
                : Optional.of(new Leader(topic.id(), info.leaderEpoch(), new HostPort(broker.host(), broker.port())));
    }

    /** With the leader that a broker named in a refusal, unless as new a one is known already. */
    ClusterMetadata withHint(TopicPartition partition, LeaderHint hint) {
        if (!exists(partition)) {
            return this;
        }
        var topic = topics.get(partition.topic());
        var old = topic.partitions().get(partition.partition());
        if (hint.getLeaderEpoch() <= old.leaderEpoch()) {
            return this;
        }
        var partitions = new ArrayList<>(topic.partitions());
        partitions.set(
                partition.partition(),
                new PartitionInfo(
                        old.partition(),
                        OptionalInt.of(hint.getLeaderId()),
                        hint.getLeaderEpoch(),
                        old.partitionEpoch(),
                        old.replicas(),
                        old.isr(),
                        old.elr(),
                        old.minIsr()));
        var newTopics = new HashMap<>(topics);
        newTopics.put(topic.name(), new TopicInfo(topic.id(), topic.name(), List.copyOf(partitions), topic.configs()));
        return new ClusterMetadata(clusterId, version, withAddress(hint), newTopics);
    }

    private Map<Integer, BrokerInfo> withAddress(LeaderHint hint) {
        if (hint.getHost().isEmpty() || brokers.containsKey(hint.getLeaderId())) {
            return brokers;
        }
        var newBrokers = new TreeMap<>(brokers);
        newBrokers.put(
                hint.getLeaderId(),
                new BrokerInfo(hint.getLeaderId(), hint.getHost(), hint.getPort(), Optional.empty(), 0, false, false));
        return newBrokers;
    }

    /** Addresses of all brokers, those that take part first. */
    List<HostPort> addresses() {
        var usable = new ArrayList<HostPort>();
        var others = new ArrayList<HostPort>();
        for (var broker : brokers.values()) {
            (broker.fenced() || broker.shuttingDown() ? others : usable)
                    .add(new HostPort(broker.host(), broker.port()));
        }
        usable.addAll(others);
        return usable;
    }
}
