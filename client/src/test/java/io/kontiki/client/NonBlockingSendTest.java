package io.kontiki.client;

import static io.kontiki.client.ProducerFixture.failure;
import static io.kontiki.client.ProducerFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a send may cost its caller in time. Everything that could hold it up does so for 20 s or more here. */
@Timeout(120)
class NonBlockingSendTest {
    private static final Duration SHORT = Duration.ofSeconds(15);

    private final ProducerFixture fixture = new ProducerFixture(1, 1);
    private final FakeCluster cluster = fixture.cluster;

    @AfterEach
    void close() {
        fixture.close();
    }

    /** A send without leave to block, with its time. */
    private CompletableFuture<RecordMetadata> sendAtOnce(String value) {
        long startNanos = System.nanoTime();
        var future = fixture.send(value);
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(SHORT);
        return future;
    }

    private Producer.Builder settings() {
        return fixture.settings().maxBlock(Duration.ZERO);
    }

    /** Sends until the metadata is there. */
    private void awaitMetadata() {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            var future = sendAtOnce("first");
            return future.handle((metadata, error) -> error == null
                            || ((KontikiException) error).reason() != ErrorReason.NO_BROKER
                                    && ((KontikiException) error).reason() != ErrorReason.TIMED_OUT)
                    .get();
        });
    }

    @Test
    void doesNotWaitForABrokerThatIsConnectedAndSilent() {
        cluster.broker(1).hang();
        fixture.start(settings());
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            var failure = failure(sendAtOnce("a"));
            assertThat(failure.definite()).isTrue();
            return failure.reason() == ErrorReason.TIMED_OUT;
        });

        assertThat(failure(sendAtOnce("a"))).hasMessageContaining("has not told the cluster's metadata yet");
    }

    @Test
    void doesNotWaitForMetadata() {
        fixture.start(settings());
        awaitMetadata();

        assertThat(get(sendAtOnce("a")).offset()).isPresent();
    }

    @Test
    void doesNotWaitForTheBrokersLimit() {
        cluster.broker(1).keepQuietAboutItself();
        fixture.start(settings());
        awaitMetadata();

        var failure = failure(sendAtOnce("h".repeat(3 << 19)));

        assertThat(failure.reason()).isEqualTo(ErrorReason.TIMED_OUT);
        assertThat(failure.definite()).isTrue();
        assertThat(failure).hasMessageContaining("may be too large").hasMessageContaining("message.max.bytes");
    }

    @Test
    void sendsALargeRecordOnceTheBrokersLimitIsKnown() {
        fixture.start(settings());
        awaitMetadata();

        await().atMost(Duration.ofSeconds(30))
                .until(() -> !sendAtOnce("h".repeat(3 << 19))
                        .handle((r, e) -> e != null)
                        .get());
    }

    @Test
    void doesNotWaitForRoomInTheBuffer() {
        cluster.elect(0, 0);
        fixture.start(settings().bufferBytes(64 << 10));
        awaitKnown();
        sendAtOnce("v".repeat(60_000));

        assertThat(failure(sendAtOnce("v".repeat(60_000))).reason()).isEqualTo(ErrorReason.BUFFER_FULL);
    }

    /** Without a leader nothing is delivered, so what is accepted stays undone. */
    private void awaitKnown() {
        await().atMost(Duration.ofSeconds(30)).until(() -> !sendAtOnce("x").isDone());
    }

    /** Would end the producer's only thread for as long as the send waits. */
    @Test
    void doesNotWaitInACallbackWhateverMaxBlockSays() {
        cluster.broker(1).keepQuietAboutItself();
        fixture.start(fixture.settings().maxBlock(Duration.ofMinutes(5)));
        var inCallback = new AtomicReference<CompletableFuture<RecordMetadata>>();
        get(fixture.send("a").whenComplete((r, e) -> inCallback.set(fixture.send("h".repeat(3 << 19)))));

        await().until(() -> inCallback.get() != null);
        assertThat(failure(inCallback.get()).reason()).isEqualTo(ErrorReason.TIMED_OUT);
    }

    @Test
    void aFullBufferEndsAllLingering() {
        fixture.start(fixture.settings()
                .linger(Duration.ofMinutes(1))
                .maxBlock(Duration.ofSeconds(50))
                .batchBytes(1 << 20)
                .bufferBytes(64 << 10));
        long startNanos = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            fixture.send("v".repeat(20_000));
        }

        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(30));
        assertThat(cluster.endOffset(0)).isGreaterThan(10);
    }
}
