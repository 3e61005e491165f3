package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A producer looks only at partitions that have something to do; here none of many is forgotten. */
@Timeout(60)
class ManyPartitionsTest {
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 200;
    /** Gets batches that need not linger. */
    private static final int FULL = PARTITIONS - 1;

    private static final int BUFFER_BYTES = 64 << 10;
    private static final int SHARE_BYTES = 1_000;

    private static final Duration NEVER = Duration.ofMinutes(1);

    private final ProducerFixture fixture = new ProducerFixture(BROKERS, PARTITIONS);
    private Producer producer;

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<CompletableFuture<RecordMetadata>> sendToEach(int bytes) {
        var futures = new ArrayList<CompletableFuture<RecordMetadata>>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            futures.add(send(partition, bytes));
        }
        return futures;
    }

    private CompletableFuture<RecordMetadata> send(int partition, int bytes) {
        return producer.send(ProducerRecord.to(FakeCluster.TOPIC)
                .partition(partition)
                .value(new byte[bytes])
                .build());
    }

    private void requireStored(List<CompletableFuture<RecordMetadata>> futures, long offset) {
        for (var future : futures) {
            assertThat(ProducerFixture.get(future).offset()).hasValue(offset);
        }
    }

    @Test
    void eachIsSentWithoutFlush() {
        producer = fixture.start(fixture.settings().linger(Duration.ofMillis(2)));
        requireStored(sendToEach(10), 0);
        requireStored(sendToEach(10), 1);
    }

    @Test
    void aFlushSendsWhatLingersInEach() {
        producer = fixture.start(fixture.settings().linger(NEVER));
        var futures = sendToEach(10);
        producer.flush();

        assertThat(futures).allMatch(CompletableFuture::isDone);
        requireStored(futures, 0);
    }

    @Test
    void aShortageOfMemorySendsWhatLingersInEach() {
        producer = fixture.start(fixture.settings().linger(NEVER).bufferBytes(BUFFER_BYTES));
        // Together they find no room; once the last of them has found some, others may linger on.
        var futures = sendToEach(SHARE_BYTES);
        // The shortage lasts until none of them is left.
        var last = send(FULL, BUFFER_BYTES - SHARE_BYTES);
        assertThat(futures).allMatch(CompletableFuture::isDone);
        requireStored(futures, 0);
        producer.flush();
        assertThat(ProducerFixture.get(last).offset()).hasValue(1);
    }

    @Test
    void eachGoesOnWhenTheStreamBreaks() {
        producer = fixture.start(fixture.settings());
        fixture.cluster.broker(1).storeNextAndBreak();
        requireStored(sendToEach(10), 0);
    }

    /** Those that had nothing to send meanwhile hear of it, too. */
    @Test
    void eachFollowsItsLeaderAfterARest() {
        producer = fixture.start(fixture.settings());
        requireStored(sendToEach(10), 0);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            fixture.cluster.elect(partition, 2);
        }
        requireStored(sendToEach(10), 1);
    }

    @Test
    void eachExpiresWhoseLeaderIsGone() {
        producer = fixture.start(fixture.settings().deliveryTimeout(Duration.ofSeconds(10)));
        requireStored(sendToEach(10), 0);
        fixture.cluster.broker(1).kill();
        var futures = sendToEach(10);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (partition % BROKERS == 0) {
                var failure = ProducerFixture.failure(futures.get(partition));
                assertThat(failure.reason()).isEqualTo(ErrorReason.TIMED_OUT);
            } else {
                assertThat(ProducerFixture.get(futures.get(partition)).offset()).hasValue(1);
            }
        }
    }

    /** Every 100 ms the producer looks at all that have work: so many of these would take far longer than this. */
    private static void requireNoTick(int times, Runnable action) {
        long startNanos = System.nanoTime();
        for (int i = 0; i < times; i++) {
            action.run();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void lingeringEndsInTime() {
        producer = fixture.start(fixture.settings().linger(Duration.ofMillis(2)));
        requireNoTick(100, () -> ProducerFixture.get(send(0, 10)));
    }

    @Test
    void aFlushEndsLingeringAtOnce() {
        producer = fixture.start(fixture.settings().linger(NEVER).batchBytes(1024));
        requireNoTick(100, () -> {
            send(0, 10);
            letLinger();
            producer.flush();
        });
    }

    @Test
    void aShortageOfMemoryEndsLingeringAtOnce() {
        producer = fixture.start(
                fixture.settings().linger(NEVER).batchBytes(8 << 10).bufferBytes(64 << 10));
        requireNoTick(100, () -> {
            for (int partition = 0; partition < 10; partition++) {
                send(partition, 5_000);
            }
            letLinger();
            ProducerFixture.get(send(FULL, 40_000));
        });
    }

    /** What was sent before was looked at when this has come back, which does not linger. */
    private void letLinger() {
        ProducerFixture.get(send(FULL, 8 << 10));
    }

    @Test
    void anAnswerMakesRoomForTheNextAtOnce() {
        producer = fixture.start(fixture.settings().linger(NEVER).batchBytes(1024));
        var allThere = new CompletableFuture<Void>();
        fixture.cluster.broker(1).onNextProduce((request, answers) -> {
            allThere.join();
            return true;
        });
        for (int i = 0; i < 2_000; i++) {
            send(0, 1_024);
        }
        requireNoTick(1, () -> {
            allThere.complete(null);
            producer.flush();
        });
    }
}
