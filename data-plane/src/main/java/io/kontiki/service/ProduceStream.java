package io.kontiki.service;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.measure.Stage;
import io.kontiki.measure.Traffic;
import io.kontiki.partition.Partition;
import io.kontiki.partition.Partitions;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.proto.RecordBytes;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.replication.Acks;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One producer's stream. Requests are handed to the partitions in the order in which they arrive; the next one is asked
 * for only while few enough are under way, here and on all streams together, so that a fast sender is stopped by flow
 * control.
 *
 * <p>gRPC calls the observer's methods one at a time; answers come from event loops, so that writes take the lock of
 * {@code out}.
 */
final class ProduceStream implements StreamObserver<ProduceRequest> {
    private static final int REQUESTS_UNDER_WAY_MAX = 256;
    private static final long BYTES_UNDER_WAY_MAX = 32L << 20;
    private static final int TIMEOUT_MILLIS_MAX = 600_000;
    private static final int TIMEOUT_MILLIS_DEFAULT = 30_000;

    private final Partitions partitions;
    private final Traffic traffic;
    private final PartitionErrors errors;
    private final ProduceBudget budget;
    private final ServerCallStreamObserver<ProduceResponse> out;
    private final Runnable onRoom = this::askForMore;
    private int requestsUnderWay;
    private long bytesUnderWay;
    /** Of answers that the receiver has not taken; booked in the budget. */
    private long unreadBytes;

    private boolean asking;
    /** Nothing more is taken in: the sender has ended, or is refused. */
    private boolean halfClosed;

    private Optional<StatusRuntimeException> refusal = Optional.empty();
    private boolean closed;

    ProduceStream(
            Partitions partitions,
            PartitionErrors errors,
            ProduceBudget budget,
            ServerCallStreamObserver<ProduceResponse> out) {
        this.partitions = partitions;
        this.traffic = partitions.traffic();
        this.errors = errors;
        this.budget = budget;
        this.out = out;
        out.disableAutoRequest();
        out.setOnReadyHandler(this::onReady);
        out.setOnCancelHandler(this::onCancelled);
        out.setOnCloseHandler(this::settle);
    }

    @Override
    public void onNext(ProduceRequest request) {
        try {
            RequestLimits.partitions(request.getPartitionsCount());
        } catch (StatusRuntimeException e) {
            endWith(e);
            return;
        }
        traffic.onProduceRequest();
        int bytes = request.getSerializedSize();
        boolean granted = budget.take(bytes);
        PendingProduce pending = new PendingProduce(request, granted ? bytes : 0, this::onCompleted);
        synchronized (out) {
            asking = false;
            requestsUnderWay++;
            bytesUnderWay += pending.bookedBytes();
        }
        if (granted) {
            appendAll(pending);
        } else {
            refuseAll(pending);
        }
        pending.allHandedOver();
        askForMore();
    }

    private void appendAll(PendingProduce pending) {
        ProduceRequest request = pending.request();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < request.getPartitionsCount(); i++) {
            ProducePartition entry = request.getPartitions(i);
            if (seen.add(entry.getTopic() + "/" + entry.getPartition())) {
                append(pending, i, entry, request);
            } else {
                refuse(pending, i, ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "partitions: named twice in one request");
            }
        }
    }

    private void refuseAll(PendingProduce pending) {
        for (int i = 0; i < pending.request().getPartitionsCount(); i++) {
            refuse(pending, i, ErrorReason.ERROR_REASON_OVERLOADED, ProduceBudget.USED_UP);
        }
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
                    RecordBytes.of(entry.getRecords()),
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
        traffic.onRefused(refused.reason());
        return result.setError(errors.of(entry.getTopic(), entry.getPartition(), refused.reason(), refused.message()))
                .build();
    }

    private void refuse(PendingProduce pending, int index, ErrorReason reason, String message) {
        ProducePartition entry = pending.request().getPartitions(index);
        traffic.onRefused(reason);
        pending.complete(
                index,
                ProducePartitionResult.newBuilder()
                        .setTopic(entry.getTopic())
                        .setPartition(entry.getPartition())
                        .setError(errors.of(entry.getTopic(), entry.getPartition(), reason, message))
                        .build());
    }

    private void onCompleted(PendingProduce pending) {
        long endedNanos = partitions.nanoTime();
        synchronized (out) {
            requestsUnderWay--;
            bytesUnderWay -= pending.bookedBytes();
            if (!closed && pending.wantsAnswer()) {
                send(pending.response());
            }
            endIfDone();
        }
        traffic.stage(Stage.PRODUCE_SEND).add(partitions.nanoTime() - endedNanos);
        budget.giveBack(pending.bookedBytes());
        askForMore();
    }

    private void send(ProduceResponse response) {
        out.onNext(response);
        if (!out.isReady()) {
            unreadBytes += response.getSerializedSize();
            budget.overdraw(response.getSerializedSize());
        }
    }

    /** When the stream opens, and when the receiver reads again. */
    private void onReady() {
        settle();
        askForMore();
    }

    private void settle() {
        long taken;
        synchronized (out) {
            taken = unreadBytes;
            unreadBytes = 0;
        }
        budget.giveBack(taken);
    }

    /** Also called when room appears, here or in the budget. */
    private void askForMore() {
        synchronized (out) {
            boolean room = requestsUnderWay < REQUESTS_UNDER_WAY_MAX && bytesUnderWay < BYTES_UNDER_WAY_MAX;
            if (!asking && !closed && !halfClosed && room && out.isReady() && budget.hasRoom(onRoom)) {
                asking = true;
                out.request(1);
            }
        }
    }

    /** Ends the stream with an error, after the answers to what came before. */
    private void endWith(StatusRuntimeException error) {
        synchronized (out) {
            refusal = Optional.of(error);
            halfClosed = true;
            endIfDone();
        }
    }

    private void endIfDone() {
        if (halfClosed && requestsUnderWay == 0 && !closed) {
            closed = true;
            refusal.ifPresentOrElse(out::onError, out::onCompleted);
        }
    }

    private void onCancelled() {
        synchronized (out) {
            closed = true;
        }
        budget.forget(onRoom);
        settle();
    }

    @Override
    public void onError(Throwable cause) {
        onCancelled();
    }

    @Override
    public void onCompleted() {
        synchronized (out) {
            halfClosed = true;
            endIfDone();
        }
    }
}
