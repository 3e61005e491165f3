package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Carries batches to the broker that leads their partitions. One stream per leader, used by all forwarded calls. It
 * never sends a batch twice: when the stream breaks, what was under way has an unknown outcome (rule D10). Any thread.
 */
final class ForwardStream implements ClientResponseObserver<ProduceRequest, ProduceResponse> {
    private static final int UNDER_WAY_MAX = 1024;

    private final Map<Long, CompletableFuture<ProduceOutcome>> underWay = new HashMap<>();
    private final ClientCallStreamObserver<ProduceRequest> out;
    private long nextCorrelationId;
    private boolean broken;

    ForwardStream(Channel leader) {
        this.out = (ClientCallStreamObserver<ProduceRequest>)
                ProduceServiceGrpc.newStub(leader).produce(this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ProduceRequest> requestStream) {}

    boolean isBroken() {
        synchronized (underWay) {
            return broken;
        }
    }

    /** The outcome; never fails. */
    CompletableFuture<ProduceOutcome> append(String topic, int partition, ByteString batch, int timeoutMillis) {
        CompletableFuture<ProduceOutcome> outcome = new CompletableFuture<>();
        synchronized (underWay) {
            if (broken || underWay.size() >= UNDER_WAY_MAX) {
                return CompletableFuture.completedFuture(new ProduceOutcome.Refused(
                        ErrorReason.ERROR_REASON_OVERLOADED, "too many records wait for the leader's broker"));
            }
            long correlationId = nextCorrelationId++;
            underWay.put(correlationId, outcome);
            out.onNext(ProduceRequest.newBuilder()
                    .setCorrelationId(correlationId)
                    .setAcks(Acks.ACKS_ALL)
                    .setTimeoutMs(timeoutMillis)
                    .addPartitions(ProducePartition.newBuilder()
                            .setTopic(topic)
                            .setPartition(partition)
                            .setRecords(batch))
                    .build());
        }
        return outcome;
    }

    @Override
    public void onNext(ProduceResponse response) {
        CompletableFuture<ProduceOutcome> outcome;
        synchronized (underWay) {
            outcome = underWay.remove(response.getCorrelationId());
        }
        if (outcome != null) {
            outcome.complete(outcomeOf(response.getPartitions(0)));
        }
    }

    private static ProduceOutcome outcomeOf(ProducePartitionResult result) {
        return result.hasError()
                ? new ProduceOutcome.Refused(
                        result.getError().getReason(), result.getError().getMessage())
                : new ProduceOutcome.Written(result.getBaseOffset());
    }

    @Override
    public void onError(Throwable cause) {
        breakOff(Status.fromThrowable(cause).toString());
    }

    @Override
    public void onCompleted() {
        breakOff("the leader ended the stream");
    }

    private void breakOff(String why) {
        Map<Long, CompletableFuture<ProduceOutcome>> lost;
        synchronized (underWay) {
            broken = true;
            lost = Map.copyOf(underWay);
            underWay.clear();
        }
        ProduceOutcome unknown = new ProduceOutcome.Refused(
                ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN, "the leader's broker was lost before its answer: " + why);
        lost.values().forEach(outcome -> outcome.complete(unknown));
    }

    void close() {
        synchronized (underWay) {
            // gRPC throws at whoever sends on a cancelled call.
            broken = true;
            out.cancel("no longer needed", null);
        }
    }
}
