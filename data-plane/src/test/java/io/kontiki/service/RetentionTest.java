package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old records go on every replica, and a replica that was away too long finds its way back (rules V6, F11, F12). */
class RetentionTest {
    private static final Map<String, String> SMALL =
            Map.of("segment.bytes", "1024", "retention.bytes", "3000", "min.insync.replicas", "1");

    @TempDir
    Path root;

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(root, 3);
    }

    @AfterEach
    void stop() throws InterruptedException {
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    @Test
    void oldSegmentsGoOnEveryReplica() throws IOException {
        cluster.createTopic("t", SMALL, List.of(0, 1, 2));
        produce(0, 40);
        for (int broker = 0; broker < 3; broker++) {
            int each = broker;
            await().untilAsserted(() -> assertThat(firstSegment(each)).isPositive());
        }
        await().untilAsserted(() ->
                assertThat(List.of(firstSegment(1), firstSegment(2))).containsOnly(firstSegment(0)));
        assertThat(sizeOf(0)).isBetween(3000L, 3000L + 2 * 1024);
    }

    @Test
    void recordsGoByAgeOnceTheirSegmentIsClosedByAge() throws IOException {
        cluster.createTopic("t", Map.of("segment.ms", "1", "retention.ms", "1"), List.of(0, 1, 2));
        produce(0, 3);
        for (int broker = 0; broker < 3; broker++) {
            int each = broker;
            await().untilAsserted(() -> assertThat(firstSegment(each)).isEqualTo(4));
        }
    }

    @Test
    void compactedTopicKeepsEverySegment() throws Exception {
        cluster.createTopic(
                "t",
                Map.of(
                        "segment.bytes",
                        "1024",
                        "retention.bytes",
                        "1",
                        "retention.ms",
                        "1",
                        "cleanup.policy",
                        "compact"),
                List.of(0));
        cluster.createTopic("u", SMALL, List.of(0));
        produce(0, 20);
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            for (int i = 0; i < 40; i++) {
                produce.append("u", 0, Acks.ACKS_ALL, batch(-1, 0));
            }
        }
        await().untilAsserted(() -> assertThat(firstSegment(0, "u-0")).isPositive());
        assertThat(firstSegment(0)).isZero();
    }

    /** Scenario S39. */
    @Test
    void replicaBehindRetentionStartsAnewAndRemembersProducers() throws Exception {
        cluster.createTopic("t", SMALL, List.of(0, 1, 2));
        ByteString first = batch(7, 0);
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, first);
        }
        cluster.stop(2);
        produce(0, 40);
        await().untilAsserted(() -> assertThat(firstSegment(0)).isPositive());

        cluster.start(2);

        await().untilAsserted(() -> assertThat(cluster.partition("t", 0).isr()).contains(2));
        await().untilAsserted(() -> assertThat(firstSegment(2)).isPositive());
        cluster.stop(0);
        cluster.stop(1);
        await().untilAsserted(
                        () -> assertThat(cluster.partition("t", 0).leader()).isEqualTo(2));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(2))) {
            // The same batch again: it is gone from the log, but it was written.
            ProducePartitionResult again =
                    await().until(() -> produce.append("t", 0, Acks.ACKS_ALL, first), result -> !result.hasError());
            assertThat(again.getBaseOffset()).isEqualTo(1);
        }
    }

    private void produce(int leader, int batches) {
        try (ProduceCalls produce = new ProduceCalls(cluster.client(leader))) {
            for (int i = 0; i < batches; i++) {
                assertThat(produce.append("t", 0, Acks.ACKS_ALL, batch(-1, 0)).hasError())
                        .isFalse();
            }
        }
    }

    private long firstSegment(int broker) throws IOException {
        return firstSegment(broker, "t-0");
    }

    private long firstSegment(int broker, String log) throws IOException {
        try (Stream<Path> files = segments(broker, log)) {
            return files.mapToLong(
                            file -> Long.parseLong(file.getFileName().toString().substring(0, 20)))
                    .min()
                    .orElseThrow();
        }
    }

    private long sizeOf(int broker) throws IOException {
        try (Stream<Path> files = segments(broker, "t-0")) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private Stream<Path> segments(int broker, String log) throws IOException {
        return Files.list(cluster.logDirectory(broker, log))
                .filter(file -> file.getFileName().toString().matches("[0-9]{20}\\.log"));
    }

    /** 100 bytes of value; without a producer if the id is -1. */
    private static ByteString batch(long producerId, int sequence) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(InstantSource.system().millis(), ByteBuffer.allocate(0), ByteBuffer.allocate(100), List.of());
        return UnsafeByteOperations.unsafeWrap(
                producerId < 0 ? builder.build() : builder.build(producerId, (short) 0, sequence));
    }
}
