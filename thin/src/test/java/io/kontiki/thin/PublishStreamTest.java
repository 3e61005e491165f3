package io.kontiki.thin;

import static io.kontiki.thin.PublishFixture.request;
import static io.kontiki.thin.PublishFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import io.kontiki.proto.v1.PublishRequest;
import io.kontiki.proto.v1.PublishStreamRequest;
import io.kontiki.proto.v1.PublishStreamResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublishStreamTest {
    private static final long BUDGET = 64 << 20;

    private PublishFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new PublishFixture(BUDGET);
    }

    @AfterEach
    void stop() throws InterruptedException {
        fixture.close();
    }

    /** The caller's side of one stream. */
    private static final class Caller implements ClientResponseObserver<PublishStreamRequest, PublishStreamResponse> {
        final List<PublishStreamResponse> answers = new CopyOnWriteArrayList<>();
        final List<String> ends = new CopyOnWriteArrayList<>();
        private final boolean reads;
        private ClientCallStreamObserver<PublishStreamRequest> out;

        Caller(boolean reads) {
            this.reads = reads;
        }

        void send(long id, PublishRequest request) {
            out.onNext(PublishStreamRequest.newBuilder()
                    .setCorrelationId(id)
                    .setPublish(request)
                    .build());
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<PublishStreamRequest> stream) {
            out = stream;
            if (!reads) {
                stream.disableAutoRequestWithInitial(0);
            }
        }

        @Override
        public void onNext(PublishStreamResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            ends.add(failure.toString());
        }

        @Override
        public void onCompleted() {
            ends.add("completed");
        }
    }

    private Caller open(boolean reads) {
        var caller = new Caller(reads);
        fixture.stub().publishStream(caller);
        return caller;
    }

    @Test
    void callsAreOnTheWayTogetherAndAnsweredAsTheyAreStored() {
        var caller = open(true);
        caller.send(7, request(value("a"), value("b")));
        caller.send(8, request(value("c")));
        await().until(() -> fixture.sender.count() == 3);
        fixture.sender.store(2);
        await().until(() -> caller.answers.size() == 1);
        fixture.sender.store(1);
        fixture.sender.store(0);
        await().until(() -> caller.answers.size() == 2);

        assertThat(caller.answers)
                .extracting(PublishStreamResponse::getCorrelationId)
                .containsExactly(8L, 7L);
        assertThat(caller.answers.get(1).getRecordsList())
                .extracting(record -> record.getOffset())
                .containsExactly(100L, 101L);
        await().until(() -> fixture.budget.available() == BUDGET);
    }

    @Test
    void aCallThatFailsDoesNotEndTheStream() {
        var caller = open(true);
        caller.send(
                1,
                PublishRequest.newBuilder().setTopic("u").addRecords(value("a")).build());
        caller.send(2, request(value("b")));
        await().until(() -> fixture.sender.count() == 1);
        fixture.sender.fail(0, new KontikiException(ErrorReason.TIMED_OUT, "too late"));
        await().until(() -> caller.answers.size() == 2);
        fixture.sender.storeAtOnce();
        caller.send(3, request(value("c")));
        await().until(() -> caller.answers.size() == 3);

        assertThat(caller.answers)
                .extracting(answer -> answer.getError().getReason().name())
                .containsExactly(
                        "ERROR_REASON_TOPIC_NOT_FOUND", "ERROR_REASON_OUTCOME_UNKNOWN", "ERROR_REASON_UNSPECIFIED");
        assertThat(caller.answers.get(1).getRecordsList()).isEmpty();
        assertThat(caller.ends).isEmpty();
    }

    /** Nobody knows then whether the record is stored, but that nobody knows is told. */
    @Test
    void aDefectIsToldToo() {
        var caller = open(true);
        caller.send(1, request(value("a")));
        await().until(() -> fixture.sender.count() == 1);
        fixture.sender.fail(0, new IllegalStateException("unforeseen"));
        await().until(() -> caller.answers.size() == 1);

        assertThat(caller.answers.get(0).getError().getReason().name()).isEqualTo("ERROR_REASON_OUTCOME_UNKNOWN");
        await().until(() -> fixture.budget.available() == BUDGET);
    }

    @Test
    void recordsOfOneStreamKeepTheirOrder() {
        fixture.sender.storeAtOnce();
        var caller = open(true);
        int calls = 3000;
        for (int i = 0; i < calls; i++) {
            caller.send(i, request(value(Integer.toString(i))));
        }
        caller.out.onCompleted();
        await().until(() -> !caller.ends.isEmpty());

        assertThat(caller.ends).containsExactly("completed");
        assertThat(caller.answers).hasSize(calls);
        var sent = fixture.sender.records();
        for (int i = 0; i < calls; i++) {
            assertThat(sent.get(i).value())
                    .hasValueSatisfying(value -> assertThat(value).isNotNull());
            assertThat(new String(sent.get(i).value().orElseThrow())).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void halfCloseWaitsForWhatIsOnTheWay() {
        var caller = open(true);
        caller.send(1, request(value("a")));
        caller.out.onCompleted();
        await().until(() -> fixture.sender.count() == 1);
        assertThat(caller.ends).isEmpty();
        fixture.sender.store(0);
        await().until(() -> !caller.ends.isEmpty());

        assertThat(caller.answers).hasSize(1);
        assertThat(caller.ends).containsExactly("completed");
    }

    @Test
    void noMoreIsTakenInThanMayBeOnTheWay() {
        var caller = open(true);
        for (int i = 0; i < 2 * PublishStream.CALLS_MAX; i++) {
            caller.send(i, request(value("v")));
        }
        await().until(() -> fixture.sender.count() == PublishStream.CALLS_MAX);
        fixture.sender.store(0);
        await().until(() -> fixture.sender.count() == PublishStream.CALLS_MAX + 1);
        assertThat(caller.answers).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aCallerThatReadsNoAnswersIsNotListenedTo() {
        fixture.sender.storeAtOnce();
        var caller = open(false);
        int calls = 2000;
        for (int i = 0; i < calls; i++) {
            caller.send(i, request(value("v")));
        }
        await().during(Duration.ofSeconds(1)).until(() -> fixture.sender.count() < calls / 2);

        caller.out.request(calls);
        await().until(() -> caller.answers.size() == calls);
    }

    @Test
    void aStreamThatBreaksGivesItsBytesBackOnceTheyAreSettled() {
        var caller = open(true);
        caller.send(1, request(value("a")));
        await().until(() -> fixture.sender.count() == 1);
        caller.out.cancel("gone", null);
        assertThat(fixture.budget.available()).isLessThan(BUDGET);
        fixture.sender.store(0);

        await().until(() -> fixture.budget.available() == BUDGET);
    }
}
