package io.kontiki.service;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.TopicImage;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishResponse;
import io.kontiki.proto.v1.PublishServiceGrpc;
import io.kontiki.proto.v1.PublishedRecord;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Takes plain records on any broker, makes batches of them and has the leaders append those. */
public final class PublishGrpcService extends PublishServiceGrpc.PublishServiceImplBase {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LocalMetadata metadata;
    private final LeaderRouter router;
    private final InstantSource clock;
    private final ProduceBudget budget;

    /** @param clock gives the time stamp of records that bring none */
    PublishGrpcService(LocalMetadata metadata, LeaderRouter router, InstantSource clock, ProduceBudget budget) {
        this.metadata = metadata;
        this.router = router;
        this.clock = clock;
        this.budget = budget;
    }

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> out) {
        TopicImage topic = metadata.current()
                .topic(request.getTopic())
                .orElseThrow(() -> ServiceErrors.exception(
                        ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND, "there is no topic \"" + request.getTopic() + "\""));
        List<PublishBatch> batches = PublishBatches.of(request, topic, clock.millis());
        // As they came, and as batches.
        long bytes = 2L * request.getSerializedSize();
        if (!budget.take(bytes)) {
            throw ServiceErrors.exception(ErrorReason.ERROR_REASON_OVERLOADED, ProduceBudget.USED_UP);
        }
        long deadline = deadlineNanos();
        List<CompletableFuture<ProduceOutcome>> outcomes = batches.stream()
                .map(batch -> router.append(
                        request.getTopic(),
                        batch.partition(),
                        UnsafeByteOperations.unsafeWrap(batch.records()),
                        deadline))
                .toList();
        CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new)).whenComplete((ignored, failure) -> {
            budget.giveBack(bytes);
            if (failure != null) {
                out.onError(ServiceErrors.toStatus(failure));
            } else {
                answer(request, batches, outcomes, out);
            }
        });
    }

    private static long deadlineNanos() {
        Deadline callers = Context.current().getDeadline();
        long left = callers == null ? TIMEOUT_NANOS : callers.timeRemaining(TimeUnit.NANOSECONDS);
        return System.nanoTime() + Math.min(left, TIMEOUT_NANOS);
    }

    private static void answer(
            PublishRequest request,
            List<PublishBatch> batches,
            List<CompletableFuture<ProduceOutcome>> outcomes,
            StreamObserver<PublishResponse> out) {
        PublishedRecord[] published = new PublishedRecord[request.getRecordsCount()];
        for (int i = 0; i < batches.size(); i++) {
            PublishBatch batch = batches.get(i);
            ProduceOutcome outcome = outcomes.get(i).join();
            if (outcome instanceof ProduceOutcome.Refused refused) {
                out.onError(ServiceErrors.exception(Refusal.of(
                        refused.reason(),
                        "partition " + batch.partition() + " of topic \"" + request.getTopic() + "\": "
                                + refused.message())));
                return;
            }
            batch.place(((ProduceOutcome.Written) outcome).baseOffset(), published);
        }
        out.onNext(
                PublishResponse.newBuilder().addAllRecords(List.of(published)).build());
        out.onCompleted();
    }
}
