package io.kontiki.service;

import io.grpc.StatusRuntimeException;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.partition.MoveStatus;
import io.kontiki.partition.Partition;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LogServiceGrpc.LogServiceStub;
import io.kontiki.proto.v1.MoveLogRequest;
import io.kontiki.proto.v1.MoveLogResponse;
import io.kontiki.proto.v1.PartitionError;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Moves a log of this broker to another directory, or asks the broker that has it. Any thread. */
final class LogMoving {
    private static final int DIRECTORY_CHARS_MAX = 4096;

    private final int brokerId;
    private final Partitions partitions;
    private final LocalMetadata metadata;
    private final Executor readers;
    private final OtherBrokers<LogServiceStub> others;

    LogMoving(
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
    CompletableFuture<MoveLogResponse> move(MoveLogRequest request) {
        MetadataImage image = RequestLimits.ready(metadata.current());
        RequestLimits.topicName(request.getTopic());
        if (request.getDirectory().length() > DIRECTORY_CHARS_MAX) {
            throw RequestLimits.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "directory",
                    "directory has " + request.getDirectory().length() + " characters, at most " + DIRECTORY_CHARS_MAX
                            + " are allowed");
        }
        if (request.getBrokerId() == brokerId) {
            // It asks the disk for its room.
            return CompletableFuture.supplyAsync(() -> response(moveHere(request)), readers);
        }
        return others.ask(image, request.getBrokerId(), (stub, answer) -> stub.moveLog(request, answer));
    }

    private MoveStatus moveHere(MoveLogRequest request) {
        Partitions.Lookup found = partitions.find(request.getTopic(), request.getPartition());
        if (found instanceof Partitions.Missing missing) {
            // Which broker leads is no matter here.
            return MoveStatus.failed(
                    missing.reason() == ErrorReason.ERROR_REASON_NOT_LEADER
                            ? ErrorReason.ERROR_REASON_INVALID_ARGUMENT
                            : missing.reason(),
                    missing.message());
        }
        Partition partition = ((Partitions.Found) found).partition();
        return request.getDirectory().isEmpty()
                ? partitions
                        .moveStatus(partition.id())
                        .orElseGet(() -> MoveStatus.failed(
                                ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                                "the log of " + partition.name() + " has not been moved since broker " + brokerId
                                        + " started: it is in " + partition.dir()))
                : partitions.moveLog(partition, request.getDirectory());
    }

    private static MoveLogResponse response(MoveStatus status) {
        MoveLogResponse.Builder response = MoveLogResponse.newBuilder()
                .setCopiedBytes(status.copiedBytes())
                .setTotalBytes(status.totalBytes())
                .setState(
                        switch (status.state()) {
                            case COPYING -> MoveLogResponse.State.STATE_COPYING;
                            case MOVED -> MoveLogResponse.State.STATE_MOVED;
                            case FAILED -> MoveLogResponse.State.STATE_FAILED;
                        });
        if (status.state() == MoveStatus.State.FAILED) {
            response.setError(
                    PartitionError.newBuilder().setReason(status.reason()).setMessage(status.message()));
        }
        return response.build();
    }
}
