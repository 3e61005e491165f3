package io.kontiki.client;

import static io.kontiki.client.ProducerFixture.failure;
import static io.kontiki.client.ProducerFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ProducerInterceptorTest {
    private final ProducerFixture fixture = new ProducerFixture(1, 1);
    private final List<String> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<ConsumerRecord> stored() {
        var records = new java.util.ArrayList<ConsumerRecord>();
        var bytes = fixture.cluster.read(0, 0).asReadOnlyByteBuffer();
        new BatchReader(new TopicPartition(FakeCluster.TOPIC, 0), bytes, 0, true).readInto(records, 100);
        return records;
    }

    private final class Noting implements ProducerInterceptor {
        private final String name;

        Noting(String name) {
            this.name = name;
        }

        @Override
        public ProducerRecord onSend(ProducerRecord record) {
            return record.toBuilder().header(name, new byte[] {1}).build();
        }

        @Override
        public void onAcknowledged(ProducerRecord record, RecordMetadata metadata) {
            events.add(name + " acknowledged " + metadata.offset().getAsLong() + " headers "
                    + record.headers().size());
        }

        @Override
        public void onFailed(ProducerRecord record, KontikiException error) {
            events.add(name + " failed " + error.reason());
        }
    }

    /** Fails wherever it can. */
    private static final class Failing implements ProducerInterceptor {
        @Override
        public ProducerRecord onSend(ProducerRecord record) {
            throw new IllegalStateException("onSend");
        }

        @Override
        public void onAcknowledged(ProducerRecord record, RecordMetadata metadata) {
            throw new AssertionError("onAcknowledged");
        }

        @Override
        public void onFailed(ProducerRecord record, KontikiException error) {
            throw new IllegalStateException("onFailed");
        }
    }

    @Test
    void interceptorsAddHeadersInTheirOrderAndHearBeforeTheFutureIsDone() {
        fixture.start(fixture.settings().interceptors(List.of(new Noting("a"), new Noting("b"))));

        get(fixture.send("v").whenComplete((r, e) -> events.add("future")));

        assertThat(stored().get(0).headers().stream().map(Header::key)).containsExactly("a", "b");
        assertThat(events).containsExactly("a acknowledged 0 headers 2", "b acknowledged 0 headers 2", "future");
    }

    @Test
    void interceptorsHearOfFailuresBeforeAndAfterTheBuffer() {
        fixture.start(fixture.settings().interceptors(List.of(new Noting("a"))));
        fixture.cluster.broker(1).refuseNext(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_CORRUPT_BATCH);
        var refused = fixture.send("v");
        assertThat(failure(refused).reason()).isEqualTo(ErrorReason.CORRUPT_BATCH);
        // Raw, as without interceptors: not wrapped for being passed on.
        assertThat(refused.handle((r, e) -> e).join()).isInstanceOf(KontikiException.class);

        failure(fixture.send("h".repeat(3 << 20)));

        assertThat(events).containsExactly("a failed CORRUPT_BATCH", "a failed RECORD_TOO_LARGE");
    }

    @Test
    void anInterceptorThatFailsHarmsNeitherRecordsNorTheOtherInterceptors() {
        var returningNull = new ProducerInterceptor() {
            @Override
            public ProducerRecord onSend(ProducerRecord record) {
                return null;
            }
        };
        var producer =
                fixture.start(fixture.settings().interceptors(List.of(new Failing(), returningNull, new Noting("a"))));

        assertThat(get(fixture.send("v")).offset()).hasValue(0);
        failure(fixture.send("h".repeat(3 << 20)));
        producer.flush();

        assertThat(events).containsExactly("a acknowledged 0 headers 1", "a failed RECORD_TOO_LARGE");
        assertThat(fixture.cluster.values(0)).containsExactly("v");
    }

    @Test
    void anErrorOfAnInterceptorDoesNotLeaveTheFutureUndone() {
        var outOfStack = new ProducerInterceptor() {
            @Override
            public void onAcknowledged(ProducerRecord record, RecordMetadata metadata) {
                throw new StackOverflowError("as if");
            }
        };
        var interceptors = new ProducerInterceptors(List.of(outOfStack));
        var outcome = new CompletableFuture<RecordMetadata>();
        var told = interceptors.telling(ProducerRecord.of("t", new byte[1]), outcome);
        outcome.complete(new RecordMetadata("t", 0, java.util.OptionalLong.of(1), 0));

        assertThat(told).isCompleted();
    }

    @Test
    void traceContextReachesTheConsumer() {
        var request = TraceContext.newTrace(true);
        fixture.start(fixture.settings().interceptors(List.of(TraceContext.propagating(() -> Optional.of(request)))));
        get(fixture.send("v"));

        var received = TraceContext.of(stored().get(0)).orElseThrow();
        assertThat(received.traceId()).isEqualTo(request.traceId());
        assertThat(received.spanId()).isNotEqualTo(request.spanId());
        assertThat(received.sampled()).isTrue();
    }

    @Test
    void closeTellsInterceptorsToo() {
        fixture.cluster.elect(0, 0);
        var producer = fixture.start(fixture.settings().interceptors(List.of(new Noting("a"))));
        fixture.send("v");
        producer.close(Duration.ZERO);

        assertThat(events).containsExactly("a failed CLOSED");
    }

    @Test
    void recordsKeepTheirTextInANewBuilder() {
        var record = ProducerRecord.to("t")
                .partition(3)
                .timestampMs(5)
                .key("k".getBytes(StandardCharsets.UTF_8))
                .header("h", new byte[0])
                .build();
        var copy = record.toBuilder().withoutHeader("other").build();

        assertThat(copy).usingRecursiveComparison().isEqualTo(record);
        assertThat(record.toBuilder().withoutHeader("h").build().headers()).isEmpty();
    }
}
