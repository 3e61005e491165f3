package io.kontiki.client;

import com.google.protobuf.ByteString;
import io.kontiki.proto.v1.Broker;
import io.kontiki.proto.v1.Partition;
import io.kontiki.proto.v1.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
}
