package io.kontiki.thin;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishStreamRequest;
import io.kontiki.proto.v1.PublishStreamResponse;
import io.kontiki.proto.v1.PublishedRecord;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One stream of publishing. It asks for the next message only while few of its calls are on the way, the caller reads the
 * answers and the broker's budget has room; so it costs at most {@link #BYTES_MAX} and one message, and as many answers
 * as {@link #CALLS_MAX}. Messages come from gRPC one at a time, answers from any thread.
 */
final class PublishStream implements StreamObserver<PublishStreamRequest> {
    /** Calls on the way. */
    static final int CALLS_MAX = 1024;
    /** Bytes on the way, as the budget counts them. */
    static final long BYTES_MAX = 32 << 20;

    private final ServerCallStreamObserver<PublishStreamResponse> out;
    private final Publisher publisher;
    private final PublishBudget budget;
    private final WireErrors errors;
    private final TasksInOrder tasks;
    private final Runnable onRoom = this::askForMore;
    // Guarded by this, and so are the answers to out.
    private int calls;
    private long bytes;
    private boolean asked;
    private boolean halfClosed;
    private boolean ended;

    PublishStream(
            ServerCallStreamObserver<PublishStreamResponse> out,
            Publisher publisher,
            PublishBudget budget,
            WireErrors errors,
            Executor threads) {
        this.out = out;
        this.publisher = publisher;
        this.budget = budget;
        this.errors = errors;
        this.tasks = new TasksInOrder(threads, this::endBecauseOf);
        out.disableAutoRequest();
        out.setOnReadyHandler(this::askForMore);
        out.setOnCancelHandler(this::end);
    }

    /** Not before {@code onReady}, which gRPC calls once the call is set up. */
    private synchronized void askForMore() {
        if (asked || halfClosed || ended || calls >= CALLS_MAX || bytes >= BYTES_MAX || !out.isReady()) {
            return;
        }
        if (budget.hasRoom(onRoom)) {
            asked = true;
            out.request(1);
        }
    }

    @Override
    public void onNext(PublishStreamRequest request) {
        long cost = PublishGrpcService.cost(request.getPublish());
        long correlationId = request.getCorrelationId();
        if (!budget.take(cost)) {
            begin(0);
            answer(correlationId, 0, PublishGrpcService.overloaded());
            return;
        }
        begin(cost);
        try {
            tasks.add(() -> send(correlationId, cost, request.getPublish()));
        } catch (RejectedExecutionException e) {
            answer(correlationId, cost, PublishGrpcService.stopping(e));
        }
        askForMore();
    }

    private synchronized void begin(long cost) {
        asked = false;
        calls++;
        bytes += cost;
    }

    private void send(long correlationId, long cost, PublishRequest request) {
        publisher.publish(request).whenComplete((records, failure) -> {
            if (failure == null) {
                answer(correlationId, cost, records);
            } else {
                answer(correlationId, cost, refused(failure));
            }
        });
    }

    private static Refused refused(Throwable failure) {
        return ClientErrors.unwrapped(failure) instanceof Refused refused
                ? refused
                : Refused.because(ErrorReason.ERROR_REASON_INTERNAL, "a defect of the broker ended the call", failure);
    }

    private void answer(long correlationId, long cost, List<PublishedRecord> records) {
        answer(
                cost,
                PublishStreamResponse.newBuilder()
                        .setCorrelationId(correlationId)
                        .addAllRecords(records)
                        .build());
    }

    private void answer(long correlationId, long cost, Refused refused) {
        answer(
                cost,
                PublishStreamResponse.newBuilder()
                        .setCorrelationId(correlationId)
                        .setError(refused.toPartitionError(errors))
                        .build());
    }

    private void answer(long cost, PublishStreamResponse response) {
        try {
            tell(cost, response);
        } finally {
            budget.giveBack(cost);
            askForMore();
        }
    }

    private synchronized void tell(long cost, PublishStreamResponse response) {
        calls--;
        bytes -= cost;
        if (!ended) {
            out.onNext(response);
            completeIfDone();
        }
    }

    private void completeIfDone() {
        if (halfClosed && calls == 0 && !ended) {
            ended = true;
            out.onCompleted();
        }
    }

    @Override
    public synchronized void onCompleted() {
        halfClosed = true;
        completeIfDone();
    }

    @Override
    public void onError(Throwable cause) {
        end();
    }

    /** A call of the stream would wait for its answer for ever. */
    private void endBecauseOf(Throwable defect) {
        synchronized (this) {
            if (!ended) {
                ended = true;
                out.onError(defect);
            }
        }
        budget.forget(onRoom);
    }

    /** Nobody is there any more. What is on the way goes on: it may be in a batch with records of others. */
    private void end() {
        synchronized (this) {
            ended = true;
        }
        budget.forget(onRoom);
    }
}
