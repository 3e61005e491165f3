package io.kontiki.service;

import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/** Collects the results of one request's partitions. Results come from any thread, each once. */
final class PendingProduce {
    private final ProduceRequest request;
    private final long bookedBytes;
    private final AtomicReferenceArray<ProducePartitionResult> results;
    /** Results still missing, plus one until all entries were handed over. */
    private final AtomicInteger missing;

    private final Consumer<PendingProduce> whenComplete;

    /** @param bookedBytes to be given back to the budget when all results are there */
    PendingProduce(ProduceRequest request, long bookedBytes, Consumer<PendingProduce> whenComplete) {
        this.request = request;
        this.bookedBytes = bookedBytes;
        this.results = new AtomicReferenceArray<>(request.getPartitionsCount());
        this.missing = new AtomicInteger(request.getPartitionsCount() + 1);
        this.whenComplete = whenComplete;
    }

    ProduceRequest request() {
        return request;
    }

    long bookedBytes() {
        return bookedBytes;
    }

    void complete(int index, ProducePartitionResult result) {
        results.set(index, result);
        countDown();
    }

    void allHandedOver() {
        countDown();
    }

    private void countDown() {
        if (missing.decrementAndGet() == 0) {
            whenComplete.accept(this);
        }
    }

    /** With acks 0 only a refusal is answered. */
    boolean wantsAnswer() {
        if (request.getAcks() != Acks.ACKS_NONE) {
            return true;
        }
        for (int i = 0; i < results.length(); i++) {
            if (results.get(i).hasError()) {
                return true;
            }
        }
        return false;
    }

    ProduceResponse response() {
        ProduceResponse.Builder response = ProduceResponse.newBuilder().setCorrelationId(request.getCorrelationId());
        for (int i = 0; i < results.length(); i++) {
            response.addPartitions(results.get(i));
        }
        return response.build();
    }
}
