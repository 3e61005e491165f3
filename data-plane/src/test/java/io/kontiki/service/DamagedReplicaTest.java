package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchPartitionResult;
import io.kontiki.proto.v1.PartitionError;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.replication.ReplicaOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule L12: bytes that rotted are neither served nor spread, and come back from another replica. */
class DamagedReplicaTest {
    private static final Map<String, String> SMALL = Map.of("segment.bytes", "1024", "min.insync.replicas", "1");
    private static final String FIRST_SEGMENT = "00000000000000000000.log";
    private static final int BATCHES = 30;
    private static final Duration REPAIR_MAX = Duration.ofSeconds(40);

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
    void leaderThatReadsDamageStepsAsideAndComesBackRepaired() throws IOException {
        cluster.createTopic("t", SMALL, List.of(0, 1, 2));
        produce(0, 0, BATCHES);
        byte[] sound = Files.readAllBytes(segment(0));
        flip(0);
        assertThat(readUntilRefused(0).getReason()).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_ERROR);
        await().untilAsserted(
                        () -> assertThat(cluster.partition("t", 0).leader()).isEqualTo(1));
        await().untilAsserted(() -> assertThat(values(1, 1)).startsWith("0"));
        produce(1, BATCHES, 1);

        await().atMost(REPAIR_MAX)
                .untilAsserted(() -> assertThat(cluster.partition("t", 0).isr()).contains(0));
        assertThat(Files.readAllBytes(segment(0))).isEqualTo(sound);
        try (Stream<Path> files = Files.list(cluster.logDirectory(0, "t-0"))) {
            assertThat(files.map(file -> file.getFileName().toString())).contains(FIRST_SEGMENT + ".damaged");
        }
    }

    /** Rule R14. */
    @Test
    void scrubFindsWhatNobodyReads() throws Exception {
        cluster.close();
        cluster = new TestCluster(
                root.resolve("scrubbed"),
                3,
                new TestCluster.Setup(1, ReplicaOptions.DEFAULTS.lagLimitNanos())
                        .withScrubInterval(Duration.ofMillis(200)));
        cluster.createTopic("t", SMALL, List.of(0, 1, 2));
        produce(0, 0, BATCHES);
        byte[] sound = Files.readAllBytes(segment(2));
        flip(2);
        await().untilAsserted(() -> assertThat(cluster.partition("t", 0).isr()).doesNotContain(2));
        assertThat(cluster.partition("t", 0).leader()).isZero();
        await().atMost(REPAIR_MAX)
                .untilAsserted(() -> assertThat(cluster.partition("t", 0).isr()).contains(2));
        assertThat(Files.readAllBytes(segment(2))).isEqualTo(sound);
    }

    @Test
    void damageIsNotSentToAFollower() throws Exception {
        cluster.createTopic("t", SMALL, List.of(0, 1, 2));
        cluster.stop(2);
        produce(0, 0, BATCHES);
        byte[] sound = Files.readAllBytes(segment(1));
        flip(0);
        cluster.start(2);
        await().untilAsserted(
                        () -> assertThat(cluster.partition("t", 0).leader()).isEqualTo(1));
        await().untilAsserted(() -> assertThat(cluster.partition("t", 0).isr()).contains(2));
        assertThat(Files.readAllBytes(segment(2))).isEqualTo(sound);
    }

    @Test
    void theOnlyCopyGoesOnWithoutWhatItCannotRead() throws IOException {
        cluster.createTopic("t", SMALL, List.of(0));
        produce(0, 0, BATCHES);
        flip(0);
        byte[] damaged = Files.readAllBytes(segment(0));
        assertThat(readUntilRefused(0).getMessage()).contains("t-0 cannot be read from offset", "checksum");
        assertThat(values(0, 20)).isNotEmpty();
        produce(0, BATCHES, 1);
        assertThat(cluster.partition("t", 0).leader()).isZero();
        assertThat(Files.readAllBytes(segment(0))).isEqualTo(damaged);
    }

    /** The disk answers nobody who writes until the topic is another one: the repair stands still in the middle. */
    @Test
    void topicThatIsMadeAnewDuringTheRepairWaitsForItsEnd() throws IOException {
        UUID old = cluster.createTopic("t", SMALL, List.of(0, 1, 2));
        produce(0, 0, BATCHES);
        flip(0);
        readUntilRefused(0);
        await().untilAsserted(
                        () -> assertThat(cluster.partition("t", 0).leader()).isEqualTo(1));
        cluster.disk(0, 0).hang();
        await().atMost(REPAIR_MAX).until(() -> cluster.disk(0, 0).waits("kontiki-log-repair"));
        cluster.deleteTopic(old);
        cluster.createTopic("t", SMALL, List.of(0));
        cluster.disk(0, 0).answer();

        await().atMost(REPAIR_MAX)
                .untilAsserted(() ->
                        assertThat(cluster.partition("t", 0).directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 0)));
        await().untilAsserted(() -> produce(0, 0, 1));
        assertThat(values(0, 0)).containsExactly("0");
        assertThat(cluster.image().broker(0).orElseThrow().directories())
                .containsEntry(TestCluster.directoryId(0, 0), true);
    }

    /** What there is before the damage is given out, and nothing behind it. */
    private PartitionError readUntilRefused(int broker) {
        try (FetchCalls fetch = new FetchCalls(cluster.client(broker))) {
            long offset = 0;
            while (true) {
                fetch.send("t", 0, offset, 0);
                FetchPartitionResult result = fetch.next();
                if (result.hasError()) {
                    assertThat(offset).isPositive();
                    return result.getError();
                }
                for (RecordBatch batch : RecordBatches.of(result.getRecords().asReadOnlyByteBuffer())) {
                    batch.ensureValidChecksum();
                    offset = batch.nextOffset();
                }
            }
        }
    }

    private Path segment(int broker) {
        return cluster.logDirectory(broker, "t-0").resolve(FIRST_SEGMENT);
    }

    /** Changes a byte of a record in the middle of the first segment. */
    private void flip(int broker) throws IOException {
        byte[] bytes = Files.readAllBytes(segment(broker));
        bytes[bytes.length / 2] ^= 4;
        Files.write(segment(broker), bytes);
    }

    private List<String> values(int broker, long offset) {
        try (FetchCalls fetch = new FetchCalls(cluster.client(broker))) {
            return fetch.values("t", 0, offset);
        }
    }

    private void produce(int leader, int first, int count) {
        try (ProduceCalls produce = new ProduceCalls(cluster.client(leader))) {
            for (int i = first; i < first + count; i++) {
                assertThat(produce.append("t", 0, Acks.ACKS_ALL, ProduceCalls.batch(String.valueOf(i)))
                                .hasError())
                        .isFalse();
            }
        }
    }
}
