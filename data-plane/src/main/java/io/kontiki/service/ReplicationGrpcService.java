package io.kontiki.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.partition.DigestAnswer;
import io.kontiki.partition.LogCare;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.internal.v1.DigestRequest;
import io.kontiki.proto.internal.v1.DigestResponse;
import io.kontiki.proto.internal.v1.ReplicateRequest;
import io.kontiki.proto.internal.v1.ReplicateResponse;
import io.kontiki.proto.internal.v1.ReplicationServiceGrpc;
import io.kontiki.proto.v1.ErrorReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Serves the followers of the partitions that this broker leads. */
final class ReplicationGrpcService extends ReplicationServiceGrpc.ReplicationServiceImplBase {
    private final Partitions partitions;
    private final LogCare care;
    private final LocalMetadata metadata;
    private final FollowerStreams streams;
    private final Executor pushers;
    private final ReadChunks chunks;

    /** @param pushers threads that may block on the disk */
    ReplicationGrpcService(
            Partitions partitions,
            LogCare care,
            LocalMetadata metadata,
            FollowerStreams streams,
            Executor pushers,
            ReadChunks chunks) {
        this.partitions = partitions;
        this.care = care;
        this.metadata = metadata;
        this.streams = streams;
        this.pushers = pushers;
        this.chunks = chunks;
    }

    @Override
    public StreamObserver<ReplicateRequest> replicate(StreamObserver<ReplicateResponse> out) {
        return new FollowerStream(
                partitions, metadata, streams, pushers, chunks, (ServerCallStreamObserver<ReplicateResponse>) out);
    }

    @Override
    public void digest(DigestRequest request, StreamObserver<DigestResponse> out) {
        CompletableFuture<DigestAnswer> answer;
        try {
            answer = care.digest(DigestMessages.partition(request), DigestMessages.question(request));
        } catch (IllegalArgumentException e) {
            throw ServiceErrors.exception(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, e.getMessage());
        }
        UnaryAnswer.send(answer.thenApply(DigestMessages::of), out);
    }
}
