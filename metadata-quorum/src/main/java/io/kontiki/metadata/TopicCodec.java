package io.kontiki.metadata;

import com.google.protobuf.ByteString;
import io.kontiki.proto.internal.v1.FlushModeRecord;
import io.kontiki.proto.internal.v1.PartitionRecord;
import io.kontiki.proto.internal.v1.TopicRecord;
import java.util.UUID;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/** Topics and partitions as messages. */
final class TopicCodec {
    private TopicCodec() {}

    static TopicRecord toRecord(TopicImage topic) {
        var builder = TopicRecord.newBuilder()
                .setId(UuidBytes.toBytes(topic.id()))
                .setName(topic.name())
                .putAllConfigs(topic.configs())
                .setConfigIndex(topic.configIndex())
                .setFlushModeIndex(topic.flushModeIndex());
        topic.partitions().forEach(partition -> builder.addPartitions(toRecord(partition)));
        return builder.build();
    }

    static TopicImage fromRecord(TopicRecord record) {
        var partitions =
                record.getPartitionsList().stream().map(TopicCodec::fromRecord).toList();
        return new TopicImage(
                UuidBytes.fromBytes(record.getId()),
                record.getName(),
                TreePMap.from(record.getConfigsMap()),
                TreePVector.from(partitions),
                record.getConfigIndex(),
                record.getFlushModeIndex());
    }

    private static PartitionRecord toRecord(PartitionRegistration partition) {
        return PartitionRecord.newBuilder()
                .addAllReplicas(partition.replicas())
                .addAllIsr(partition.isr())
                .addAllElr(partition.elr())
                .addAllLastKnown(partition.lastKnown())
                .setLeader(partition.leader())
                .setLeaderEpoch(partition.leaderEpoch())
                .setPartitionEpoch(partition.partitionEpoch())
                .setMinIsr(partition.minIsr())
                .setFlushMode(toRecord(partition.flushMode()))
                .addAllDirectories(partition.directories().stream()
                        .map(TopicCodec::toBytes)
                        .toList())
                .addAllAdding(partition.reassignment().adding())
                .addAllRemoving(partition.reassignment().removing())
                .setMinIsrAfterReassignment(partition.reassignment().minIsr())
                .setReassignmentBytesPerSecond(partition.reassignment().bytesPerSecondMax())
                .setUncleanEpoch(partition.uncleanEpoch())
                .build();
    }

    private static PartitionRegistration fromRecord(PartitionRecord record) {
        return new PartitionRegistration(
                record.getReplicasList(),
                record.getDirectoriesList().stream().map(TopicCodec::fromBytes).toList(),
                record.getIsrList(),
                record.getElrList(),
                record.getLastKnownList(),
                record.getLeader(),
                record.getLeaderEpoch(),
                record.getPartitionEpoch(),
                record.getMinIsr(),
                fromRecord(record.getFlushMode()),
                new Reassignment(
                        record.getAddingList(),
                        record.getRemovingList(),
                        record.getMinIsrAfterReassignment(),
                        record.getReassignmentBytesPerSecond()),
                record.getUncleanEpoch());
    }

    private static ByteString toBytes(UUID directory) {
        return directory.equals(PartitionRegistration.UNASSIGNED) ? ByteString.EMPTY : UuidBytes.toBytes(directory);
    }

    private static UUID fromBytes(ByteString directory) {
        return directory.isEmpty() ? PartitionRegistration.UNASSIGNED : UuidBytes.fromBytes(directory);
    }

    private static FlushModeRecord toRecord(FlushMode mode) {
        return switch (mode) {
            case ACK -> FlushModeRecord.FLUSH_MODE_RECORD_ACK;
            case OS -> FlushModeRecord.FLUSH_MODE_RECORD_OS;
        };
    }

    private static FlushMode fromRecord(FlushModeRecord mode) {
        return switch (mode) {
            case FLUSH_MODE_RECORD_ACK -> FlushMode.ACK;
            case FLUSH_MODE_RECORD_OS -> FlushMode.OS;
            case FLUSH_MODE_RECORD_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("flush mode " + mode + " is unknown");
        };
    }
}
