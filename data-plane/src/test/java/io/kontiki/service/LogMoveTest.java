package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.log.LogCopy;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LogServiceGrpc;
import io.kontiki.proto.v1.MoveLogRequest;
import io.kontiki.proto.v1.MoveLogResponse;
import io.kontiki.proto.v1.MoveLogResponse.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two brokers with two directories each; topic "a" is in the first directory of both, broker 0 leads. */
class LogMoveTest {
    private static final int RECORDS_MIN = 100;

    @TempDir
    Path root;

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        start(Long.MAX_VALUE);
    }

    private void start(long bytesPerSecondMax) throws IOException {
        cluster = new TestCluster(
                root,
                2,
                new TestCluster.Setup(2, TimeUnit.SECONDS.toNanos(10)).withMoveBytesPerSecondMax(bytesPerSecondMax));
        cluster.createTopic("a", Map.of("min.insync.replicas", "2", "segment.bytes", "16384"), List.of(0, 1));
        await().untilAsserted(
                        () -> assertThat(record().directories()).doesNotContain(PartitionRegistration.UNASSIGNED));
    }

    @AfterEach
    void stop() throws InterruptedException {
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    private PartitionRegistration record() {
        return cluster.partition("a", 0);
    }

    /** By way of the other broker. */
    private MoveLogResponse ask(int broker, String directory) {
        return LogServiceGrpc.newBlockingStub(cluster.client(1 - broker))
                .moveLog(MoveLogRequest.newBuilder()
                        .setTopic("a")
                        .setBrokerId(broker)
                        .setDirectory(directory)
                        .build());
    }

    private MoveLogResponse move(int broker, int number) {
        String directory = cluster.dirPath(broker, number).toString();
        // Not before all of the move before is deleted.
        await().untilAsserted(() ->
                assertThat(ask(broker, directory).getError().getMessage()).isEmpty());
        await().until(() -> ask(broker, "").getState() != State.STATE_COPYING);
        return ask(broker, "");
    }

    private List<String> values() {
        try (FetchCalls fetch = new FetchCalls(cluster.client(record().leader()))) {
            return fetch.allValues("a", 0);
        }
    }

    @Test
    void logsMoveUnderLoadAndNothingIsLostOrDoubled() throws Exception {
        AtomicBoolean running = new AtomicBoolean(true);
        CompletableFuture<List<String>> load = CompletableFuture.supplyAsync(() -> produceWhile(running));
        for (int i = 0; i < 3; i++) {
            for (int broker = 0; broker < 2; broker++) {
                int number = 1 - i % 2;
                assertThat(move(broker, number).getState()).isEqualTo(State.STATE_MOVED);
                int moved = broker;
                await().untilAsserted(() ->
                        assertThat(record().directoryOf(moved)).isEqualTo(TestCluster.directoryId(moved, number)));
                await().untilAsserted(() -> assertThat(cluster.dirPath(moved, 1 - number))
                        .isDirectoryNotContaining(
                                path -> path.getFileName().toString().startsWith("a-0")));
                assertThat(cluster.dirPath(broker, number).resolve("a-0")).isDirectory();
            }
        }
        running.set(false);
        List<String> acknowledged = load.get(30, TimeUnit.SECONDS);
        assertThat(acknowledged).hasSizeGreaterThan(RECORDS_MIN);
        assertThat(values()).containsExactlyElementsOf(acknowledged);
        assertThat(record().leader()).isZero();

        cluster.stop(1);
        cluster.start(1);
        cluster.stop(0);
        cluster.start(0);
        assertThat(record().leader()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(values()).containsExactlyElementsOf(acknowledged));
    }

    /** Each value once; one whose outcome is an error would not be in what is expected. */
    private List<String> produceWhile(AtomicBoolean running) {
        List<String> acknowledged = new ArrayList<>();
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("a", 0, Acks.ACKS_ALL, ProduceCalls.batch("first"));
            acknowledged.add("first");
            // On a slow machine the moves are over before much was written.
            for (int i = 0; running.get() || i < RECORDS_MIN; i++) {
                String value = "m" + i + "-" + "x".repeat(1_000);
                var result = produce.appendOnce("a", 0, Acks.ACKS_ALL, ProduceCalls.batch(value));
                assertThat(result.getError().getMessage()).isEmpty();
                acknowledged.add(value);
            }
        }
        return acknowledged;
    }

    @Test
    void whatCannotBeMovedIsTold() throws Exception {
        assertThat(ask(0, "/nowhere").getError().getMessage()).contains("has no directory \"/nowhere\"");
        assertThat(ask(0, TestCluster.directoryId(0, 0).toString()).getError().getMessage())
                .contains("is in", "already");
        assertThat(ask(0, "").getError().getMessage()).contains("has not been moved");
        cluster.disk(0, 1).setUsableBytes(TestCluster.RESERVE_BYTES - 1);
        assertThat(ask(0, cluster.dirPath(0, 1).toString()).getError().getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_STORAGE_FULL);
    }

    @Test
    void aLogWhoseNewDirectoryFailsStaysAndGoesOn() {
        cluster.disk(0, 1).fail();
        MoveLogResponse failed = move(0, 1);
        assertThat(failed.getState()).isEqualTo(State.STATE_FAILED);
        assertThat(failed.getError().getMessage()).contains("stays where it is");
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            assertThat(produce.append("a", 0, Acks.ACKS_ALL, ProduceCalls.batch("after"))
                            .hasError())
                    .isFalse();
        }
        assertThat(record().directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 0));
    }

    /** Else the deletion of the first old log would come upon the second, of which the quorum does not know yet. */
    @Test
    void aLogMovesOnWhenNothingOfItIsLeftWhereItWas() throws Exception {
        CountDownLatch deleting = new CountDownLatch(1);
        cluster.disk(0, 0).beforeDelete(path -> {
            if (path.contains(LogCopy.MOVED_SUFFIX)) {
                await().until(() -> deleting.getCount() == 0);
            }
        });
        try {
            assertThat(move(0, 1).getState()).isEqualTo(State.STATE_MOVED);
            await().untilAsserted(() -> assertThat(record().directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 1)));
            assertThat(ask(0, cluster.dirPath(0, 0).toString()).getError().getMessage())
                    .contains("cannot be moved on yet", cluster.dirPath(0, 0).toString());
        } finally {
            deleting.countDown();
        }
        assertThat(move(0, 0).getState()).isEqualTo(State.STATE_MOVED);
        await().untilAsserted(() -> assertThat(record().directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 0)));
    }

    /** Else the half of a copy would get the log's name, and be all that is left of it. */
    @Test
    void aBrokerThatStopsBesideAHandOverWaitsForIt() throws Exception {
        List<String> acknowledged = produceSome();
        Path target = cluster.dirPath(0, 1);
        CountDownLatch publishing = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        cluster.disk(0, 1).beforeRename(source -> {
            if (source.endsWith(LogCopy.MOVING_SUFFIX)) {
                publishing.countDown();
                await().until(() -> stopping.getCount() == 0);
            }
        });
        assertThat(ask(0, target.toString()).getError().getMessage()).isEmpty();
        assertThat(publishing.await(30, TimeUnit.SECONDS)).isTrue();
        List<String> copied = files(target);
        assertThat(copied).anyMatch(name -> name.endsWith("partition.metadata"));

        CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> stop(0));
        await().during(Duration.ofSeconds(1)).until(() -> files(target).equals(copied));
        stopping.countDown();
        stop.get(30, TimeUnit.SECONDS);

        assertThat(target.resolve("a-0").resolve("partition.metadata")).exists();
        cluster.start(0);
        await().untilAsserted(() -> assertThat(record().directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 1)));
        await().untilAsserted(() -> assertThat(record().isr()).contains(0));
        cluster.stop(1);
        await().untilAsserted(() -> assertThat(record().leader()).isZero());
        await().untilAsserted(() -> assertThat(values()).containsExactlyElementsOf(acknowledged));
    }

    private List<String> produceSome() {
        List<String> acknowledged = new ArrayList<>();
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            for (int i = 0; i < 50; i++) {
                String value = "m" + i + "-" + "x".repeat(1_000);
                assertThat(produce.append("a", 0, Acks.ACKS_ALL, ProduceCalls.batch(value))
                                .hasError())
                        .isFalse();
                acknowledged.add(value);
            }
        }
        return acknowledged;
    }

    @Test
    void aMoveKeepsItsPaceAndAStopGivesItUp() throws Exception {
        cluster.close();
        start(1_024);
        produceSome();
        Path target = cluster.dirPath(0, 1);
        assertThat(ask(0, target.toString()).getError().getMessage()).isEmpty();
        await().during(Duration.ofSeconds(1)).until(() -> {
            MoveLogResponse status = ask(0, "");
            return status.getState() == State.STATE_COPYING && status.getCopiedBytes() < 2 * 1_024 * 10;
        });
        CompletableFuture.runAsync(() -> stop(0)).get(30, TimeUnit.SECONDS);
        assertThat(files(target)).noneMatch(name -> name.contains("a-0"));
        assertThat(cluster.dirPath(0, 0).resolve("a-0")).isDirectory();
    }

    private void stop(int broker) {
        try {
            cluster.stop(broker);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> files(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            return files.map(Path::toString).sorted().toList();
        }
    }
}
