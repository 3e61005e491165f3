package io.kontiki.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.partition.OffsetLookup;
import io.kontiki.partition.Partition;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.proto.v1.ListOffsetsPartition;
import io.kontiki.proto.v1.ListOffsetsPartitionResult;
import io.kontiki.proto.v1.ListOffsetsRequest;
import io.kontiki.proto.v1.ListOffsetsResponse;
import io.kontiki.proto.v1.OffsetSpec;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** Reads and offset look-ups on the partitions that this broker leads. */
public final class FetchGrpcService extends FetchServiceGrpc.FetchServiceImplBase {
    private final Partitions partitions;
    private final PartitionErrors errors;
    private final ScheduledExecutorService readers;
    private final FetchBudget budget;
    private final ReadChunks chunks;

    /**
     * @param readers threads that may block on the disk
     * @param chunks what is read into
     * @param budgetBytes bytes that may be read and not yet have reached consumers, all streams together
     */
    public FetchGrpcService(
            Partitions partitions,
            LocalMetadata metadata,
            ScheduledExecutorService readers,
            long budgetBytes,
            ReadChunks chunks) {
        this.partitions = partitions;
        this.errors = new PartitionErrors(metadata);
        this.readers = readers;
        this.budget = new FetchBudget(budgetBytes);
        this.chunks = chunks;
    }

    @Override
    public StreamObserver<FetchRequest> fetch(StreamObserver<FetchResponse> out) {
        return new FetchStream(
                partitions, errors, readers, budget, chunks.memory(), (ServerCallStreamObserver<FetchResponse>) out);
    }

    @Override
    public void listOffsets(ListOffsetsRequest request, StreamObserver<ListOffsetsResponse> out) {
        RequestLimits.partitions(request.getPartitionsCount());
        UnaryAnswer.send(CompletableFuture.supplyAsync(() -> lookUp(request), readers), out);
    }

    private ListOffsetsResponse lookUp(ListOffsetsRequest request) {
        ListOffsetsResponse.Builder response = ListOffsetsResponse.newBuilder();
        request.getPartitionsList().forEach(entry -> response.addPartitions(lookUp(entry)));
        return response.build();
    }

    private ListOffsetsPartitionResult lookUp(ListOffsetsPartition entry) {
        Partitions.Lookup lookup = PartitionNames.find(
                partitions,
                entry.getTopic(),
                entry.getPartition(),
                entry.hasTopicId() ? Optional.of(entry.getTopicId()) : Optional.empty());
        if (lookup instanceof Partitions.Missing missing) {
            return refused(entry, missing.reason(), missing.message());
        }
        Partition partition = ((Partitions.Found) lookup).partition();
        OffsetSpec spec = entry.getSpec();
        OffsetLookup found = switch (spec.getSpecCase()) {
            case EARLIEST -> partition.earliestOffset();
            case LATEST -> partition.latestOffset();
            case RECORDS_END -> partition.recordsEndOffset();
            case TIMESTAMP_MS -> partition.offsetForTimestamp(spec.getTimestampMs());
            case SPEC_NOT_SET ->
                new OffsetLookup.Refused(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "spec: none is set");
        };
        return resultOf(entry, found);
    }

    private ListOffsetsPartitionResult resultOf(ListOffsetsPartition entry, OffsetLookup found) {
        ListOffsetsPartitionResult.Builder result = ListOffsetsPartitionResult.newBuilder()
                .setTopic(entry.getTopic())
                .setPartition(entry.getPartition());
        if (found instanceof OffsetLookup.Refused refused) {
            return refused(entry, refused.reason(), refused.message());
        }
        if (found instanceof OffsetLookup.Found hit) {
            result.setOffset(hit.offset());
            hit.timestampMillis().ifPresent(result::setTimestampMs);
        }
        return result.build();
    }

    private ListOffsetsPartitionResult refused(ListOffsetsPartition entry, ErrorReason reason, String message) {
        return ListOffsetsPartitionResult.newBuilder()
                .setTopic(entry.getTopic())
                .setPartition(entry.getPartition())
                .setError(errors.of(entry.getTopic(), entry.getPartition(), reason, message))
                .build();
    }
}
