package io.kontiki.client;

import com.google.protobuf.ByteString;
import io.kontiki.proto.v1.Broker;
import io.kontiki.proto.v1.Partition;
import io.kontiki.proto.v1.Topic;
import io.kontiki.proto.v1.TopicPartitions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** Turns generated messages into the client's own values. */
final class WireValues {
    private static final int UUID_BYTES = 16;

    private WireValues() {}

    static BrokerInfo broker(Broker broker) {
        return new BrokerInfo(
                broker.getId(),
                broker.getHost(),
                broker.getPort(),
                broker.getRack().isEmpty() ? Optional.empty() : Optional.of(broker.getRack()),
                broker.getEpoch(),
                broker.getFenced(),
                broker.getShuttingDown());
    }

    static List<BrokerInfo> brokers(List<Broker> brokers) {
        return brokers.stream().map(WireValues::broker).toList();
    }

    static TopicInfo topic(Topic topic) {
        return new TopicInfo(
                topicId(topic.getId()),
                topic.getName(),
                topic.getPartitionsList().stream().map(WireValues::partition).toList(),
                Map.copyOf(topic.getConfigsMap()));
    }

    static UUID topicId(ByteString bytes) {
        if (bytes.size() != UUID_BYTES) {
            return new UUID(0, 0);
        }
        var buffer = bytes.asReadOnlyByteBuffer();
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    static ByteString topicId(UUID id) {
        var buffer = ByteBuffer.allocate(UUID_BYTES);
        buffer.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return ByteString.copyFrom(buffer.flip());
    }

    private static PartitionInfo partition(Partition partition) {
        return new PartitionInfo(
                partition.getPartition(),
                partition.hasLeader() ? OptionalInt.of(partition.getLeader()) : OptionalInt.empty(),
                partition.getLeaderEpoch(),
                partition.getPartitionEpoch(),
                List.copyOf(partition.getReplicasList()),
                List.copyOf(partition.getIsrList()),
                List.copyOf(partition.getElrList()),
                partition.getMinIsr());
    }

    /** Partitions, each topic once, in order. */
    static List<TopicPartitions> byTopic(Collection<TopicPartition> partitions) {
        var byTopic = new TreeMap<String, TopicPartitions.Builder>();
        new TreeSet<>(partitions)
                .forEach(partition -> byTopic.computeIfAbsent(
                                partition.topic(),
                                topic -> TopicPartitions.newBuilder().setTopic(topic))
                        .addPartitions(partition.partition()));
        return byTopic.values().stream().map(TopicPartitions.Builder::build).toList();
    }

    /** The other way round. */
    static Set<TopicPartition> partitions(List<TopicPartitions> byTopic) {
        var partitions = new TreeSet<TopicPartition>();
        byTopic.forEach(topic -> topic.getPartitionsList()
                .forEach(number -> partitions.add(new TopicPartition(topic.getTopic(), number))));
        return Collections.unmodifiableSet(partitions);
    }

    /** In runs of at most so many. */
    static List<List<TopicPartition>> parts(Collection<TopicPartition> partitions, int max) {
        var all = List.copyOf(partitions);
        var parts = new ArrayList<List<TopicPartition>>();
        for (int from = 0; from < all.size(); from += max) {
            parts.add(all.subList(from, Math.min(all.size(), from + max)));
        }
        return parts;
    }

    static io.kontiki.proto.v1.Assignor assignor(Assignor assignor) {
        return switch (assignor) {
            case RANGE -> io.kontiki.proto.v1.Assignor.ASSIGNOR_RANGE;
            case ROUND_ROBIN -> io.kontiki.proto.v1.Assignor.ASSIGNOR_ROUND_ROBIN;
            case STICKY -> io.kontiki.proto.v1.Assignor.ASSIGNOR_STICKY;
        };
    }

    static Optional<Assignor> assignor(io.kontiki.proto.v1.Assignor assignor) {
        return switch (assignor) {
            case ASSIGNOR_RANGE -> Optional.of(Assignor.RANGE);
            case ASSIGNOR_ROUND_ROBIN -> Optional.of(Assignor.ROUND_ROBIN);
            case ASSIGNOR_STICKY -> Optional.of(Assignor.STICKY);
            case ASSIGNOR_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }
}
