package io.kontiki.partition;

import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ReplicaReport;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Tells the controller what the replicas here hold. Any thread. */
public final class ReplicaReports implements HeldReplicas {
    private final Partitions partitions;

    public ReplicaReports(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public CompletableFuture<List<ReplicaReport>> reports(List<PartitionRef> wanted) {
        List<TopicPartition> ids = wanted.stream()
                .filter(ref -> UuidBytes.isValid(ref.getTopicId()))
                .map(ref -> new TopicPartition(UuidBytes.fromBytes(ref.getTopicId()), ref.getPartition()))
                .toList();
        return partitions
                .held(ids)
                .thenApply(held -> held.stream().map(ReplicaReports::report).toList());
    }

    private static ReplicaReport report(HeldLog held) {
        ReplicaReport.Builder report = ReplicaReport.newBuilder()
                .setPartition(PartitionRef.newBuilder()
                        .setTopicId(UuidBytes.toBytes(held.id().topicId()))
                        .setPartition(held.id().partition()))
                .setLeaderEpoch(held.leaderEpoch())
                .setEndOffset(held.endOffset())
                .setHighWatermark(held.highWatermark())
                .setDamaged(held.damaged())
                .setLogLost(held.lost());
        held.lastEpoch().ifPresent(report::setLastEpoch);
        return report.build();
    }
}
