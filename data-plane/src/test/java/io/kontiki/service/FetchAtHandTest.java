package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.measure.Stage;
import io.kontiki.proto.v1.Acks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumers at the end, while others keep every reader thread waiting for the disk. */
class FetchAtHandTest {
    private static final int READER_THREADS = 2;
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    Path root;

    private final CountDownLatch diskAnswers = new CountDownLatch(1);
    private final AtomicInteger waiting = new AtomicInteger();
    private TestCluster cluster;
    /** Of either log. */
    private long end;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(root, 1, TestCluster.Setup.USUAL);
        for (String topic : List.of("old", "new")) {
            cluster.createTopic(topic, Map.of("min.insync.replicas", "1"), List.of(0));
            end = produce(topic, "first");
        }
        cluster.disk(0, 0).beforeRead(path -> {
            if (Thread.currentThread().getName().startsWith("kontiki-read")) {
                waiting.incrementAndGet();
                awaitDisk();
            }
        });
    }

    @AfterEach
    void stop() throws InterruptedException {
        diskAnswers.countDown();
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    private void awaitDisk() {
        try {
            diskAnswers.await();
        } catch (InterruptedException e) {
            throw new AssertionError("a thread that uses a disk was interrupted", e);
        }
    }

    /** @return where the log ends then */
    private long produce(String topic, String value) {
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            return await().until(
                                    () -> produce.append(topic, 0, Acks.ACKS_ALL, ProduceCalls.batch(value)),
                                    result -> !result.hasError())
                            .getBaseOffset()
                    + 1;
        }
    }

    private FetchCalls fetch(String topic, long offset) {
        FetchCalls fetch = new FetchCalls(cluster.client(0));
        fetch.send(topic, 0, offset, PATIENCE_MILLIS);
        return fetch;
    }

    /** Reads that have come to their end. */
    private long reads() {
        return LongStream.of(cluster.traffic(0).stage(Stage.FETCH_READ).counts())
                .sum();
    }

    @Test
    void getWhatIsAppendedAtOnce() {
        try (FetchCalls one = fetch("old", 0);
                FetchCalls other = fetch("old", 0)) {
            await().until(() -> waiting.get() == READER_THREADS);
            try (FetchCalls atEnd = fetch("new", end)) {
                // It found nothing there, and waits now.
                await().untilAsserted(() -> assertThat(reads()).isEqualTo(1));
                produce("new", "second");
                assertThat(atEnd.nextValues(end)).containsExactly("second");
            }
            diskAnswers.countDown();
            assertThat(one.nextValues(0)).containsExactly("first");
            assertThat(other.nextValues(0)).containsExactly("first");
        }
    }
}
