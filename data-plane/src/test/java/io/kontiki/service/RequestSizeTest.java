package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kontiki.log.LogConfig;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.partition.MoveSettings;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.partition.Partitions;
import io.kontiki.partition.Threads;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.proto.v1.ListOffsetsPartition;
import io.kontiki.proto.v1.ListOffsetsRequest;
import io.kontiki.proto.v1.ProducePartition;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;
import io.kontiki.replication.ReplicaOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client may make a broker hold by the size of its requests. */
class RequestSizeTest {
    private static final int TOO_MANY = 1001;
    private static final String REFUSAL = "partitions has 1001 entries, at most 1000 are allowed";
    private static final long BUDGET_BYTES = 1 << 20;

    private final LocalMetadata metadata = new LocalMetadata(fault -> {});
    private final GrpcReplicaTransport transport = new GrpcReplicaTransport(1, metadata, endpoint -> {
        throw new AssertionError("nobody else is there");
    });
    private final Partitions partitions = new Partitions(
            1,
            metadata,
            new PartitionLogs(List.of(), LogConfig.defaults(), 1, damaged -> {}, Threads.system()),
            1,
            ReplicaOptions.DEFAULTS,
            transport,
            request -> new CompletableFuture<>(),
            Duration.ofMinutes(1),
            new MoveSettings(1 << 20),
            Threads.system(),
            fault -> {});
    private final ScheduledExecutorService readers = Executors.newScheduledThreadPool(1);

    @AfterEach
    void stop() {
        readers.shutdownNow();
        partitions.close();
    }

    private BindableService fetchService() {
        return new FetchGrpcService(partitions, metadata, readers, BUDGET_BYTES, new ReadChunks());
    }

    private BindableService produceService(ProduceBudget budget) {
        var ids = new ProducerIds(request -> new CompletableFuture<>(), 1, () -> 1);
        return new ProduceGrpcService(partitions, metadata, ids, budget);
    }

    private static FetchRequest fetch(int entries) {
        return FetchRequest.newBuilder()
                .addAllPartitions(IntStream.range(0, entries)
                        .mapToObj(number -> FetchPartition.newBuilder()
                                .setTopic("t")
                                .setPartition(number)
                                .build())
                        .toList())
                .build();
    }

    private static ProduceRequest produce(long correlationId, int entries) {
        return ProduceRequest.newBuilder()
                .setCorrelationId(correlationId)
                .addAllPartitions(Collections.nCopies(entries, ProducePartition.getDefaultInstance()))
                .build();
    }

    @Test
    void fetchOfTooManyEntriesEndsItsStream() {
        try (var fixture = new ServiceFixture(fetchService())) {
            Answers<FetchResponse> answers = new Answers<>();
            StreamObserver<FetchRequest> out =
                    FetchServiceGrpc.newStub(fixture.channel()).fetch(answers);
            out.onNext(fetch(1000));
            out.onNext(fetch(TOO_MANY));

            assertThat(answers.next().getPartitionsCount()).isEqualTo(1000);
            assertThatThrownBy(answers::next).cause().hasMessage("INVALID_ARGUMENT: " + REFUSAL);
        }
    }

    @Test
    void fetchThatNamesAPartitionTwiceEndsItsStream() {
        try (var fixture = new ServiceFixture(fetchService())) {
            Answers<FetchResponse> answers = new Answers<>();
            StreamObserver<FetchRequest> out =
                    FetchServiceGrpc.newStub(fixture.channel()).fetch(answers);
            FetchRequest once = fetch(3);
            out.onNext(once);
            out.onNext(once.toBuilder().addPartitions(once.getPartitions(1)).build());

            assertThat(answers.next().getPartitionsCount()).isEqualTo(3);
            assertThatThrownBy(answers::next)
                    .cause()
                    .hasMessage("INVALID_ARGUMENT: partitions has t/1 twice, each may be there once");
        }
    }

    @Test
    void listOffsetsOfTooManyEntriesIsRefusedAsAWhole() {
        try (var fixture = new ServiceFixture(fetchService())) {
            var stub = FetchServiceGrpc.newBlockingStub(fixture.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
            var request = ListOffsetsRequest.newBuilder()
                    .addAllPartitions(Collections.nCopies(TOO_MANY, ListOffsetsPartition.getDefaultInstance()))
                    .build();

            var thrown = catchThrowableOfType(StatusRuntimeException.class, () -> stub.listOffsets(request));

            assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(thrown.getStatus().getDescription()).isEqualTo(REFUSAL);
        }
    }

    @Test
    void produceOfTooManyEntriesEndsItsStreamBehindTheAnswersBefore() {
        try (var fixture = new ServiceFixture(produceService(new ProduceBudget(BUDGET_BYTES)))) {
            Answers<ProduceResponse> answers = new Answers<>();
            StreamObserver<ProduceRequest> out =
                    ProduceServiceGrpc.newStub(fixture.channel()).produce(answers);
            out.onNext(produce(1, 1000));
            out.onNext(produce(2, TOO_MANY));

            assertThat(answers.next().getPartitionsCount()).isEqualTo(1000);
            assertThatThrownBy(answers::next).cause().hasMessage("INVALID_ARGUMENT: " + REFUSAL);
        }
    }

    @Test
    void errorsOfAnAnswerAreBookedUntilItIsTaken() {
        FetchBudget budget = new FetchBudget(BUDGET_BYTES);
        CompletableFuture<FetchResponse> answer = new CompletableFuture<>();
        new PendingFetch(
                        fetch(1000),
                        partitions,
                        new PartitionErrors(metadata),
                        readers,
                        budget,
                        new ReadChunks().memory(),
                        new PendingFetch.Answer() {
                            @Override
                            public void complete(FetchResponse response, long booked) {
                                answer.complete(response);
                            }

                            @Override
                            public void fail(Throwable defect) {
                                answer.completeExceptionally(defect);
                            }
                        })
                .start();

        int bytes = answer.orTimeout(20, TimeUnit.SECONDS).join().getSerializedSize();

        assertThat(budget.take(Long.MAX_VALUE)).isEqualTo(BUDGET_BYTES - bytes);
    }

    @Test
    void producerIsHeldBackWhileTheBudgetIsUsedUp() {
        ProduceBudget budget = new ProduceBudget(BUDGET_BYTES);
        try (var fixture = new ServiceFixture(produceService(budget))) {
            budget.take(BUDGET_BYTES);
            Answers<ProduceResponse> answers = new Answers<>();
            StreamObserver<ProduceRequest> out =
                    ProduceServiceGrpc.newStub(fixture.channel()).produce(answers);
            out.onNext(produce(1, 1));
            out.onNext(produce(2, 1));
            await().until(() -> budget.waiting() == 1);

            budget.giveBack(BUDGET_BYTES);

            assertThat(reason(answers.next(), 1)).isEqualTo(ErrorReason.ERROR_REASON_STARTING);
            assertThat(reason(answers.next(), 2)).isEqualTo(ErrorReason.ERROR_REASON_STARTING);
        }
    }

    private static ErrorReason reason(ProduceResponse response, long correlationId) {
        assertThat(response.getCorrelationId()).isEqualTo(correlationId);
        return response.getPartitions(0).getError().getReason();
    }
}
