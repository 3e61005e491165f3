package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProducerTest {
    private final FakeCluster cluster = new FakeCluster(3, 1);
    private Producer producer;

    @AfterEach
    void close() {
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
        cluster.close();
    }

    private Producer.Builder settings() {
        return Producer.builder()
                .bootstrapServers(cluster.bootstrap())
                .transport(cluster)
                .linger(Duration.ZERO);
    }

    private void start(Producer.Builder settings) {
        producer = settings.build();
    }

    private CompletableFuture<RecordMetadata> send(String value) {
        return producer.send(ProducerRecord.to(FakeCluster.TOPIC)
                .partition(0)
                .value(value.getBytes(StandardCharsets.UTF_8))
                .build());
    }

    private static RecordMetadata get(CompletableFuture<RecordMetadata> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static KontikiException failure(CompletableFuture<RecordMetadata> future) {
        try {
            throw new AssertionError("no failure but " + get(future));
        } catch (ExecutionException e) {
            return (KontikiException) e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    @Test
    void tellsOffsetsInTheOrderOfTheSends() throws Exception {
        start(settings());
        var futures = new ArrayList<CompletableFuture<RecordMetadata>>();
        for (var value : numbers(500)) {
            futures.add(send(value));
        }
        producer.flush();

        for (int i = 0; i < futures.size(); i++) {
            assertThat(futures.get(i)).isDone();
            assertThat(get(futures.get(i)).offset()).hasValue(i);
        }
        assertThat(cluster.values(0)).isEqualTo(numbers(500));
    }

    @Test
    void resendsTheSameSequenceToTheNewLeaderAfterAnUnknownOutcome() throws Exception {
        start(settings());
        get(send("a"));
        cluster.broker(1).onNextProduce((request, answers) -> {
            cluster.append(1, request.getPartitions(0));
            cluster.elect(0, 2);
            return false;
        });

        var metadata = get(send("b"));

        assertThat(metadata.offset()).hasValue(1);
        assertThat(cluster.values(0)).containsExactly("a", "b");
        assertThat(cluster.broker(2).seen())
                .last()
                .isEqualTo(cluster.broker(1).seen().get(1));
    }

    @Test
    void aBrokenStreamMakesNoDuplicate() throws Exception {
        start(settings());
        cluster.broker(1).storeNextAndBreak();

        assertThat(get(send("a")).offset()).hasValue(0);
        assertThat(get(send("b")).offset()).hasValue(1);

        assertThat(cluster.values(0)).containsExactly("a", "b");
    }

    @Test
    void laterBatchesDoNotOvertakeARetriedOne() throws Exception {
        start(settings().batchBytes(1024));
        get(send("first"));
        cluster.broker(1).refuseNext(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        var values = new ArrayList<>(List.of("first"));
        for (int i = 0; i < 40; i++) {
            var value = i + "x".repeat(300);
            values.add(value);
            send(value);
        }
        producer.flush();

        assertThat(cluster.values(0)).isEqualTo(values);
    }

    @Test
    void recordsGatherWhileTwoBatchesAreUnderWay() throws Exception {
        start(settings().batchBytes(1024));
        var broker = cluster.broker(1);
        var answers = broker.holdAnswers(4);
        for (int sent = 1; sent <= 2; sent++) {
            send("alone");
            await().until(broker.seen()::size, Predicate.isEqual(sent));
        }

        numbers(20).forEach(this::send);
        send("x".repeat(800)); // Has no room in their batch, so that is full.
        await().until(broker.seen()::size, Predicate.isEqual(3));

        assertThat(broker.seen().get(2).records()).isEqualTo(20);
        answers.take().run();
        answers.take().run();
        await().until(broker.seen()::size, Predicate.isEqual(4));
        answers.take().run();
        answers.take().run();
        producer.flush();
        assertThat(cluster.values(0)).hasSize(23);
    }

    @Test
    void followsALeaderThatOnlyARefusalNames() throws Exception {
        start(settings());
        get(send("a"));
        cluster.electQuietly(0, 3);

        assertThat(get(send("b")).offset()).hasValue(1);
        assertThat(cluster.broker(3).seen()).hasSize(1);
    }

    @Test
    void goesOnWithinMillisecondsWhenTheLeaderDies() throws Exception {
        start(settings());
        get(send("a"));
        cluster.broker(1).kill();
        var second = send("b");
        long electedNanos = System.nanoTime();
        cluster.elect(0, 2);
        get(second);

        assertThat(Duration.ofNanos(System.nanoTime() - electedNanos)).isLessThan(Duration.ofMillis(800));
        assertThat(cluster.values(0)).containsExactly("a", "b");
    }

    @Test
    void aSilentLeaderIsLeftWhenAnotherOneIsElected() throws Exception {
        start(settings().batchBytes(1024));
        get(send("0"));
        cluster.broker(1).ignoreNext(5);
        var values = new ArrayList<>(List.of("0"));
        for (int i = 1; i < 20; i++) {
            values.add(i + "y".repeat(400));
            send(values.get(i));
        }
        await().until(() -> cluster.broker(1).seen().size() >= 6);
        cluster.elect(0, 2);
        producer.flush();

        assertThat(cluster.values(0)).isEqualTo(values);
    }

    @Test
    void anUnansweredRecordFailsAsUnknownAfterTheDeliveryTimeout() {
        start(settings().deliveryTimeout(Duration.ofMillis(500)));
        cluster.broker(1).ignoreNext(1);

        var failure = failure(send("a"));

        assertThat(failure.reason()).isEqualTo(ErrorReason.TIMED_OUT);
        assertThat(failure.definite()).isFalse();
        assertThat(failure).hasMessageContaining("orders-0");
    }

    @Test
    void aRecordWithoutLeaderFailsAsUnwrittenAfterTheDeliveryTimeout() {
        cluster.elect(0, 0);
        start(settings().deliveryTimeout(Duration.ofMillis(300)));

        var failure = failure(send("a"));

        assertThat(failure.reason()).isEqualTo(ErrorReason.TIMED_OUT);
        assertThat(failure.definite()).isTrue();
    }

    @Test
    void afterAnUnknownOutcomeRecordsNeverSentGoOnUnderAFreshId() throws Exception {
        start(settings().deliveryTimeout(Duration.ofMillis(500)));
        get(send("a"));
        cluster.broker(1).ignoreNext(1);
        assertThat(failure(send("lost")).definite()).isFalse();

        get(send("b"));

        assertThat(cluster.values(0)).containsExactly("a", "b");
        var seen = cluster.broker(1).seen();
        assertThat(seen.get(2).producerId()).isNotEqualTo(seen.get(1).producerId());
        assertThat(seen.get(2).baseSequence()).isZero();
    }

    @Test
    void aRefusedBatchFailsAloneAndTheRestGoesOn() throws Exception {
        start(settings().batchBytes(1024));
        get(send("first"));
        cluster.broker(1).refuseNext(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_RECORD_TOO_LARGE);
        var refused = send("r".repeat(1000));
        var values = new ArrayList<>(List.of("first"));
        for (int i = 0; i < 10; i++) {
            values.add(i + "z".repeat(900));
            send(values.get(i + 1));
        }
        producer.flush();

        assertThat(failure(refused).reason()).isEqualTo(ErrorReason.RECORD_TOO_LARGE);
        assertThat(failure(refused).definite()).isTrue();
        assertThat(cluster.values(0)).isEqualTo(values);
    }

    @Test
    void outOfOrderIsReportedNotPaperedOver() throws Exception {
        start(settings());
        get(send("a"));
        cluster.broker(1).refuseNext(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_OUT_OF_ORDER_SEQUENCE);

        assertThat(failure(send("b")).reason()).isEqualTo(ErrorReason.OUT_OF_ORDER_SEQUENCE);
        assertThat(cluster.values(0)).containsExactly("a");
    }

    @Test
    void anIdleProducerThatTheBrokerForgotGoesOn() throws Exception {
        start(settings());
        get(send("a"));
        cluster.forgetProducers(0);

        assertThat(get(send("b")).offset()).hasValue(1);
    }

    @Test
    void duplicateSequenceCountsAsSuccessWithoutOffset() throws Exception {
        start(settings());
        cluster.broker(1).refuseNext(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_DUPLICATE_SEQUENCE);

        assertThat(get(send("a")).offset()).isEmpty();
    }

    @Test
    void aFullBufferFailsTheSendAfterMaxBlock() {
        cluster.elect(0, 0);
        start(settings().bufferBytes(64 << 10).maxBlock(Duration.ofMillis(300)));
        var value = "v".repeat(30_000);
        var first = new AtomicReference<CompletableFuture<RecordMetadata>>();
        // The first sends may find no metadata within maxBlock.
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            first.set(send(value));
            return !first.get().isDone();
        });
        send(value);

        var failure = failure(send(value));

        assertThat(failure.reason()).isEqualTo(ErrorReason.BUFFER_FULL);
        assertThat(failure.definite()).isTrue();
        assertThat(first.get()).isNotDone();
    }

    @Test
    void anUnknownTopicFailsClearlyAndSoonTheSecondTime() {
        start(settings());
        var record = ProducerRecord.of("nope", new byte[1]);

        assertThat(failure(producer.send(record)).reason()).isEqualTo(ErrorReason.TOPIC_NOT_FOUND);
        long startNanos = System.nanoTime();
        assertThat(failure(producer.send(record))).hasMessageContaining("nope");
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofMillis(500));
    }

    @Test
    void aPartitionOutOfRangeFailsClearly() {
        start(settings());
        var record = ProducerRecord.to(FakeCluster.TOPIC).partition(7).build();

        var failure = failure(producer.send(record));

        assertThat(failure.reason()).isEqualTo(ErrorReason.PARTITION_NOT_FOUND);
        assertThat(failure).hasMessageContaining("no partition 7, only 0 to 0");
    }

    @Test
    void aRecordAboveTheBrokersLimitIsKeptBack() {
        start(settings());

        var failure = failure(send("h".repeat(3 << 20)));

        assertThat(failure.reason()).isEqualTo(ErrorReason.RECORD_TOO_LARGE);
        assertThat(failure).hasMessageContaining("max.message.bytes of topic orders is 2000000");
        assertThat(cluster.broker(1).seen()).isEmpty();
    }

    @Test
    void unreachableBrokersAreNamed() {
        start(Producer.builder()
                .bootstrapServers("fake:1,fake:2")
                .transport(cluster)
                .maxBlock(Duration.ofMillis(400)));

        var failure = failure(send("a"));

        assertThat(failure.reason()).isEqualTo(ErrorReason.NO_BROKER);
        assertThat(failure).hasMessageContaining("fake:1").hasMessageContaining("fake:2");
    }

    @Test
    void acksLeaderKeepsOrderAcrossRetries() {
        start(settings().acks(Acks.LEADER).batchBytes(1024));
        cluster.broker(1).refuseNext(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        var values = new ArrayList<String>();
        for (int i = 0; i < 20; i++) {
            values.add(i + "w".repeat(400));
            send(values.get(i));
        }
        producer.flush();

        assertThat(cluster.values(0)).isEqualTo(values);
        assertThat(cluster.broker(1).seen()).allMatch(batch -> batch.producerId() == -1);
    }

    @Test
    void closeLeavesNoUnacknowledgedRecordBehind() throws Exception {
        start(settings().acks(Acks.NONE));
        for (var value : numbers(200)) {
            send(value);
        }
        producer.close();

        await().untilAsserted(() -> assertThat(cluster.values(0)).isEqualTo(numbers(200)));
    }

    @Test
    void acksNoneCompletesWithoutAnswer() throws Exception {
        start(settings().acks(Acks.NONE));

        assertThat(get(send("a")).offset()).isEmpty();
        await().untilAsserted(() -> assertThat(cluster.values(0)).containsExactly("a"));
    }

    @Test
    void closeSettlesEverything() {
        cluster.elect(0, 0);
        start(settings());
        var pending = send("a");

        producer.close(Duration.ofMillis(100));

        assertThat(failure(pending).reason()).isEqualTo(ErrorReason.CLOSED);
        assertThat(failure(send("b")).reason()).isEqualTo(ErrorReason.CLOSED);
    }

    @Test
    void badSettingsAreRefusedByName() {
        assertThatThrownBy(() -> Producer.builder().batchBytes(5)).hasMessageContaining("batchBytes is 5");
        assertThatThrownBy(() -> Producer.builder().bootstrapServers("a:b")).hasMessageContaining("'a:b'");
        assertThatThrownBy(() -> Producer.builder().build()).hasMessageContaining("bootstrapServers");
        assertThatThrownBy(() -> settings()
                        .linger(Duration.ofMillis(5))
                        .deliveryTimeout(Duration.ofMillis(5))
                        .build())
                .hasMessageContaining("deliveryTimeout is PT0.005S, must be more than linger");
    }
}
