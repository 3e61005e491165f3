package io.kontiki.service;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.measure.Stage;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import java.util.concurrent.ScheduledExecutorService;

/**
 * One consumer's stream. Requests are answered in order, one at a time: the next is taken in when the last answer is on
 * its way, and read while it travels. So a slow consumer costs two answers of memory, both booked.
 */
final class FetchStream implements StreamObserver<FetchRequest>, PendingFetch.Answer {
    private final Partitions partitions;
    private final PartitionErrors errors;
    private final ScheduledExecutorService readers;
    private final FetchBudget budget;
    /** Of the answer that is read or waits: one at a time. */
    private final ReadChunks.Memory memory;

    private final ServerCallStreamObserver<FetchResponse> out;
    private PendingFetch current;
    private FetchResponse waiting;
    private long waitingSinceNanos;
    /** Booked for the answer that waits or is on its way; given back when the receiver took it. */
    private long booked;

    private boolean halfClosed;
    private boolean closed;

    FetchStream(
            Partitions partitions,
            PartitionErrors errors,
            ScheduledExecutorService readers,
            FetchBudget budget,
            ReadChunks.Memory memory,
            ServerCallStreamObserver<FetchResponse> out) {
        this.partitions = partitions;
        this.errors = errors;
        this.readers = readers;
        this.budget = budget;
        this.memory = memory;
        this.out = out;
        out.disableAutoRequest();
        out.setOnReadyHandler(this::onReady);
        out.setOnCancelHandler(this::onCancelled);
        out.request(1);
    }

    @Override
    public void onNext(FetchRequest request) {
        try {
            RequestLimits.partitions(request.getPartitionsCount());
            RequestLimits.eachOnce(request.getPartitionsList());
        } catch (StatusRuntimeException refused) {
            fail(refused);
            return;
        }
        PendingFetch fetch = new PendingFetch(request, partitions, errors, readers, budget, memory, this);
        synchronized (out) {
            current = fetch;
        }
        fetch.start();
    }

    /** No other request is under way. */
    @Override
    public void fail(Throwable cause) {
        synchronized (out) {
            if (!closed) {
                closed = true;
                settle();
                out.onError(ServiceErrors.toStatus(cause));
            }
        }
    }

    @Override
    public void complete(FetchResponse response, long bytes) {
        synchronized (out) {
            if (closed) {
                budget.giveBack(bytes);
                return;
            }
            current = null;
            waiting = response;
            waitingSinceNanos = partitions.nanoTime();
            booked += bytes;
            sendIfReady();
        }
    }

    private void onReady() {
        synchronized (out) {
            if (waiting == null) {
                settle();
            }
            sendIfReady();
        }
    }

    /** What was sent has left: the transport takes more. */
    private void settle() {
        budget.giveBack(booked);
        booked = 0;
    }

    private void sendIfReady() {
        if (waiting == null || closed || !out.isReady()) {
            return;
        }
        out.onNext(waiting);
        // Sent is copied: the transport keeps none of it.
        memory.giveBack();
        partitions.traffic().stage(Stage.FETCH_SEND).add(partitions.nanoTime() - waitingSinceNanos);
        waiting = null;
        if (out.isReady()) {
            settle();
        }
        if (halfClosed) {
            closed = true;
            settle();
            out.onCompleted();
        } else {
            out.request(1);
        }
    }

    private void onCancelled() {
        PendingFetch abandoned;
        synchronized (out) {
            closed = true;
            waiting = null;
            settle();
            abandoned = current;
            current = null;
        }
        if (abandoned != null) {
            abandoned.cancel();
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
            if (current == null && waiting == null && !closed) {
                closed = true;
                out.onCompleted();
            }
        }
    }
}
