package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.partition.Partition;
import io.kontiki.partition.Partitions;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.replication.Acks;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One producer's stream. Requests are handed to the partitions in the order in which they arrive; the next one is asked
 * for only while few enough are under way, so that a fast sender is stopped by flow control.
 *
 * <p>gRPC calls the observer's methods one at a time; answers come from event loops, so that writes take the lock of
 * {@code out}.
 */
final class ProduceStream implements StreamObserver<ProduceRequest> {
    static final int PARTITIONS_MAX = 1000;
    private static final int REQUESTS_UNDER_WAY_MAX = 256;
    private static final long BYTES_UNDER_WAY_MAX = 32L << 20;
    private static final int TIMEOUT_MILLIS_MAX = 600_000;
    private static final int TIMEOUT_MILLIS_DEFAULT = 30_000;

    private final Partitions partitions;
    private final PartitionErrors errors;
    private final ServerCallStreamObserver<ProduceResponse> out;
    private int requestsUnderWay;
    private long bytesUnderWay;
    private boolean asking;
    private boolean halfClosed;
    private boolean closed;

    ProduceStream(Partitions partitions, PartitionErrors errors, ServerCallStreamObserver<ProduceResponse> out) {
        this.partitions = partitions;
        this.errors = errors;
        this.out = out;
        out.disableAutoRequest();
        out.setOnReadyHandler(this::askForMore);
        out.setOnCancelHandler(this::onCancelled);
    }

    @Override
    public void onNext(ProduceRequest request) {
        PendingProduce pending = new PendingProduce(request, this::onCompleted);
        synchronized (out) {
            asking = false;
            requestsUnderWay++;
            bytesUnderWay += pending.sizeInBytes();
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < request.getPartitionsCount(); i++) {
            ProducePartition entry = request.getPartitions(i);
            int index = i;
            if (i >= PARTITIONS_MAX) {
                refuse(
                        pending,
                        i,
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "partitions: more than " + PARTITIONS_MAX);
            } else if (!seen.add(entry.getTopic() + "/" + entry.getPartition())) {
                refuse(pending, i, ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "partitions: named twice in one request");
            } else {
                append(pending, index, entry, request);
            }
        }
        pending.allHandedOver();
        askForMore();
    }

    private void append(PendingProduce pending, int index, ProducePartition entry, ProduceRequest request) {
        int timeoutMillis = request.getTimeoutMs() == 0 ? TIMEOUT_MILLIS_DEFAULT : request.getTimeoutMs();
        if (timeoutMillis < 1 || timeoutMillis > TIMEOUT_MILLIS_MAX) {
            refuse(
                    pending,
                    index,
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "timeout_ms: " + timeoutMillis + " is not within 1 to " + TIMEOUT_MILLIS_MAX);
            return;
        }
        Partitions.Lookup lookup = partitions.find(entry.getTopic(), entry.getPartition());
        if (lookup instanceof Partitions.Missing missing) {
            refuse(pending, index, missing.reason(), missing.message());
            return;
        }
        Partition partition = ((Partitions.Found) lookup).partition();
        OptionalInt leaderEpoch = entry.hasLeaderEpoch() ? OptionalInt.of(entry.getLeaderEpoch()) : OptionalInt.empty();
        try {
            partition.produce(
                    entry.getRecords().asReadOnlyByteBuffer(),
                    acksOf(request),
                    leaderEpoch,
                    timeoutMillis,
                    outcome -> pending.complete(index, resultOf(entry, partition, outcome)));
        } catch (InvalidBatchException e) {
            refuse(pending, index, PartitionErrors.reasonOf(e), "records: " + e.getMessage());
        }
    }

    private static Acks acksOf(ProduceRequest request) {
        return switch (request.getAcks()) {
            case ACKS_NONE -> Acks.NONE;
            case ACKS_LEADER -> Acks.LEADER;
            case ACKS_UNSPECIFIED, ACKS_ALL, UNRECOGNIZED -> Acks.ALL;
        };
    }

    private ProducePartitionResult resultOf(ProducePartition entry, Partition partition, ProduceOutcome outcome) {
        ProducePartitionResult.Builder result = ProducePartitionResult.newBuilder()
                .setTopic(entry.getTopic())
                .setPartition(entry.getPartition())
                .setLogStartOffset(partition.logStartOffset());
        if (outcome instanceof ProduceOutcome.Written written) {
            return result.setBaseOffset(written.baseOffset()).build();
        }
        ProduceOutcome.Refused refused = (ProduceOutcome.Refused) outcome;
        return result.setError(errors.of(entry.getTopic(), entry.getPartition(), refused.reason(), refused.message()))
                .build();
    }

    private void refuse(PendingProduce pending, int index, ErrorReason reason, String message) {
        ProducePartition entry = pending.request().getPartitions(index);
        pending.complete(
                index,
                ProducePartitionResult.newBuilder()
                        .setTopic(entry.getTopic())
                        .setPartition(entry.getPartition())
                        .setError(errors.of(entry.getTopic(), entry.getPartition(), reason, message))
                        .build());
    }

    private void onCompleted(PendingProduce pending) {
        synchronized (out) {
            requestsUnderWay--;
            bytesUnderWay -= pending.sizeInBytes();
            if (!closed && pending.wantsAnswer()) {
                out.onNext(pending.response());
            }
            if (halfClosed && requestsUnderWay == 0 && !closed) {
                closed = true;
                out.onCompleted();
            }
        }
        askForMore();
    }

    /** Called when the stream opens, when room appears and when the receiver reads again. */
    private void askForMore() {
        synchronized (out) {
            boolean room = requestsUnderWay < REQUESTS_UNDER_WAY_MAX && bytesUnderWay < BYTES_UNDER_WAY_MAX;
            if (!asking && !closed && !halfClosed && room && out.isReady()) {
                asking = true;
                out.request(1);
            }
        }
    }

    private void onCancelled() {
        synchronized (out) {
            closed = true;
        }
    }

    @Override
    public void onError(Throwable cause) {
        onCancelled();
    }

    @Override
    public void onCompleted() {
        synchronized (out) {
            halfClosed = true;
            if (requestsUnderWay == 0 && !closed) {
                closed = true;
                out.onCompleted();
            }
        }
    }

    static long sizeInBytes(ProduceRequest request) {
        return request.getPartitionsList().stream()
                .map(ProducePartition::getRecords)
                .mapToLong(ByteString::size)
                .sum();
    }
}
