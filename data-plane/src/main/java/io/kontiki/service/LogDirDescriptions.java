package io.kontiki.service;

import io.grpc.StatusRuntimeException;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.partition.Partitions;
import io.kontiki.partition.ReplicaDescription;
import io.kontiki.proto.v1.DescribeLogDirsRequest;
import io.kontiki.proto.v1.DescribeLogDirsResponse;
import io.kontiki.proto.v1.LogDir;
import io.kontiki.proto.v1.LogDirPartition;
import io.kontiki.proto.v1.LogServiceGrpc.LogServiceStub;
import io.kontiki.storage.StorageException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what lies in the log directories of this broker, or asks another one for its own. Any thread. */
final class LogDirDescriptions {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirDescriptions.class);

    private final int brokerId;
    private final Partitions partitions;
    private final LocalMetadata metadata;
    private final Executor readers;
    private final OtherBrokers<LogServiceStub> others;

    LogDirDescriptions(
            int brokerId,
            Partitions partitions,
            LocalMetadata metadata,
            Executor readers,
            OtherBrokers<LogServiceStub> others) {
        this.brokerId = brokerId;
        this.partitions = partitions;
        this.metadata = metadata;
        this.readers = readers;
        this.others = others;
    }

    /** @throws StatusRuntimeException if the request as a whole is refused */
    CompletableFuture<DescribeLogDirsResponse> describe(DescribeLogDirsRequest request) {
        MetadataImage image = RequestLimits.ready(metadata.current());
        if (!request.getTopic().isEmpty()) {
            RequestLimits.topicName(request.getTopic());
        }
        if (!request.hasBrokerId() || request.getBrokerId() == brokerId) {
            return partitions.describeReplicas().thenApplyAsync(replicas -> described(request, replicas), readers);
        }
        return others.ask(image, request.getBrokerId(), (stub, answer) -> stub.describeLogDirs(request, answer));
    }

    private DescribeLogDirsResponse described(DescribeLogDirsRequest request, List<ReplicaDescription> replicas) {
        DescribeLogDirsResponse.Builder response =
                DescribeLogDirsResponse.newBuilder().setBrokerId(brokerId);
        for (io.kontiki.partition.LogDir dir : partitions.logDirs()) {
            LogDir.Builder described = LogDir.newBuilder()
                    .setPath(dir.path())
                    .setState(state(dir.state()))
                    .setReason(dir.status().reason());
            dir.id().map(UuidBytes::toBytes).ifPresent(described::setId);
            addSpace(dir, described);
            replicas.stream()
                    .filter(replica -> replica.dir() == dir)
                    .flatMap(replica -> partition(replica).stream())
                    .filter(partition ->
                            request.getTopic().isEmpty() || partition.getTopic().equals(request.getTopic()))
                    .sorted(Comparator.comparing(LogDirPartition::getTopic)
                            .thenComparingInt(LogDirPartition::getPartition))
                    .forEach(described::addPartitions);
            response.addLogDirs(described);
        }
        return response.build();
    }

    /** Empty for a replica whose topic was deleted meanwhile. */
    private Optional<LogDirPartition> partition(ReplicaDescription replica) {
        return metadata.current()
                .topic(replica.id().topicId())
                .map(TopicImage::name)
                .map(topic -> LogDirPartition.newBuilder()
                        .setTopic(topic)
                        .setPartition(replica.id().partition())
                        .setSizeBytes(replica.sizeBytes())
                        .setLogStartOffset(replica.logStartOffset())
                        .setEndOffset(replica.endOffset())
                        .setOffsetLag(replica.offsetLag())
                        .setLeader(replica.leads())
                        .build());
    }

    private static void addSpace(io.kontiki.partition.LogDir dir, LogDir.Builder described) {
        if (dir.isOffline() || dir.disk().isEmpty()) {
            return;
        }
        try {
            described
                    .setUsableBytes(dir.disk().get().usableBytes())
                    .setTotalBytes(dir.disk().get().totalBytes());
        } catch (StorageException e) {
            LOG.debug("{} does not tell its space", dir, e);
        }
    }

    private static LogDir.State state(io.kontiki.partition.LogDir.State state) {
        return switch (state) {
            case ONLINE -> LogDir.State.STATE_ONLINE;
            case FULL -> LogDir.State.STATE_FULL;
            case OFFLINE -> LogDir.State.STATE_OFFLINE;
        };
    }
}
