package io.kontiki.thin;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishResponse;
import io.kontiki.proto.v1.PublishServiceGrpc;
import io.kontiki.proto.v1.PublishStreamRequest;
import io.kontiki.proto.v1.PublishStreamResponse;
import io.kontiki.proto.v1.PublishedRecord;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Takes plain records on any broker and has one shared producer send them. Thread-safe. Nothing here waits on the threads
 * of gRPC: the producer may wait for metadata, which the same threads serve.
 */
final class PublishGrpcService extends PublishServiceGrpc.PublishServiceImplBase {
    /** Of one record, while it is on the way: its future, its place in a batch, its answer. */
    private static final long RECORD_OVERHEAD_BYTES = 256;

    private final Publisher publisher;
    private final PublishBudget budget;
    private final WireErrors errors;
    private final Executor threads;

    /** @param threads may be made to wait for a second or two; what they have to do is bounded by the budget */
    PublishGrpcService(Publisher publisher, PublishBudget budget, WireErrors errors, Executor threads) {
        this.publisher = publisher;
        this.budget = budget;
        this.errors = errors;
        this.threads = threads;
    }

    /** What a request takes of the budget: as it came, and as batches. */
    static long cost(PublishRequest request) {
        return 2L * request.getSerializedSize() + RECORD_OVERHEAD_BYTES * (1 + request.getRecordsCount());
    }

    static Refused overloaded() {
        return Refused.because(
                ErrorReason.ERROR_REASON_OVERLOADED,
                "too many bytes of published records wait on this broker for their acknowledgement");
    }

    static Refused stopping(RejectedExecutionException cause) {
        return Refused.because(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "this broker is stopping", cause);
    }

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> out) {
        long cost = cost(request);
        if (!budget.take(cost)) {
            out.onError(overloaded().toStatus(errors));
            return;
        }
        try {
            threads.execute(() -> publisher.publish(request).whenComplete((records, failure) -> {
                budget.giveBack(cost);
                answer(records, failure, out);
            }));
        } catch (RejectedExecutionException e) {
            budget.giveBack(cost);
            out.onError(stopping(e).toStatus(errors));
        }
    }

    private void answer(List<PublishedRecord> records, Throwable failure, StreamObserver<PublishResponse> out) {
        if (failure == null) {
            out.onNext(PublishResponse.newBuilder().addAllRecords(records).build());
            out.onCompleted();
        } else {
            out.onError(
                    ClientErrors.unwrapped(failure) instanceof Refused refused ? refused.toStatus(errors) : failure);
        }
    }

    @Override
    public StreamObserver<PublishStreamRequest> publishStream(StreamObserver<PublishStreamResponse> out) {
        return new PublishStream(
                (ServerCallStreamObserver<PublishStreamResponse>) out, publisher, budget, errors, threads);
    }
}
