package io.kontiki.service;

import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.partition.HeldLog;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ReplicaReport;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Tells the controller what the replicas here hold. Any thread. */
final class ReplicaReports {
    private final Partitions partitions;

    ReplicaReports(Partitions partitions) {
        this.partitions = partitions;
    }

    CompletableFuture<List<ReplicaReport>> of(List<PartitionRef> wanted) {
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
                .setHighWatermark(held.highWatermark());
        held.lastEpoch().ifPresent(report::setLastEpoch);
        return report.build();
    }
}
