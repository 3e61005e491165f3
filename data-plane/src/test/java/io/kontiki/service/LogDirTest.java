package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.partition.LogDir;
import io.kontiki.proto.internal.v1.ReplicaReport;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers with two directories each; topic "a" is in the first directory of broker 0, topic "b" in the second. */
class LogDirTest {
    private static final DiskFullException NO_SPACE =
            new DiskFullException("create directory", "c-0", new IOException("No space left on device"));

    private static final Map<String, String> ONE_IS_ENOUGH = Map.of("min.insync.replicas", "1");

    @TempDir
    Path root;

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(root, 3, new TestCluster.Setup(2, TimeUnit.SECONDS.toNanos(1)));
        for (String topic : List.of("a", "b")) {
            cluster.createTopic(topic, ONE_IS_ENOUGH, List.of(0, 1, 2));
            await().untilAsserted(() ->
                    assertThat(record(topic).directories()).doesNotContain(PartitionRegistration.UNASSIGNED));
        }
        assertThat(List.of(record("a").directoryOf(0), record("b").directoryOf(0)))
                .containsExactly(TestCluster.directoryId(0, 0), TestCluster.directoryId(0, 1));
    }

    @AfterEach
    void stop() throws InterruptedException {
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    private PartitionRegistration record(String topic) {
        return cluster.partition(topic, 0);
    }

    private ProducePartitionResult produce(int broker, String topic, String value) {
        try (ProduceCalls produce = new ProduceCalls(cluster.client(broker))) {
            return produce.append(topic, 0, Acks.ACKS_ALL, ProduceCalls.batch(value));
        }
    }

    private ErrorReason reasonOf(int broker, String topic, String value) {
        return produce(broker, topic, value).getError().getReason();
    }

    private List<String> values(int broker, String topic) {
        try (FetchCalls fetch = new FetchCalls(cluster.client(broker))) {
            return fetch.values(topic, 0, 0);
        }
    }

    private void delete(Path path) throws IOException {
        try (var files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    @Test
    void aDirectoryThatFailsUnderLoadMovesItsLeadershipsAndNoOthers() { // R10, M10
        List<String> acknowledged = new ArrayList<>();
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            for (int i = 0; i < 40; i++) {
                if (i == 20) {
                    cluster.disk(0, 0).fail();
                }
                if (!produce.append("a", 0, Acks.ACKS_ALL, ProduceCalls.batch("m" + i))
                        .hasError()) {
                    acknowledged.add("m" + i);
                }
            }
        }
        assertThat(acknowledged).hasSize(20);
        await().untilAsserted(() -> assertThat(record("a").leader()).isEqualTo(1));
        assertThat(record("a").isr()).doesNotContain(0);
        await().until(() -> reasonOf(1, "a", "after") == ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(values(1, "a")).containsAll(acknowledged).endsWith("after");

        assertThat(record("b").leader()).isZero();
        assertThat(reasonOf(0, "b", "elsewhere")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(cluster.image().broker(0).orElseThrow().directories())
                .containsEntry(TestCluster.directoryId(0, 0), false)
                .containsEntry(TestCluster.directoryId(0, 1), true);
    }

    @Test
    void whatFailedIsNeitherReadNorWritten() {
        assertThat(reasonOf(0, "a", "before")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        cluster.disk(0, 0).fail();
        assertThat(reasonOf(0, "a", "lost")).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_ERROR);
        assertThat(reasonOf(0, "a", "refused")).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_ERROR);
    }

    @Test
    void aFullDirectoryRefusesBeforeTheWriteAndHeals() { // R11
        assertThat(reasonOf(0, "a", "before")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        cluster.disk(0, 0).setUsableBytes(TestCluster.RESERVE_BYTES - 1);
        await().until(() -> reasonOf(0, "a", "some") == ErrorReason.ERROR_REASON_STORAGE_FULL);
        List<String> written = values(0, "a");
        assertThat(reasonOf(0, "a", "refused")).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_FULL);
        assertThat(values(0, "a")).isEqualTo(written);
        assertThat(reasonOf(0, "b", "elsewhere")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(record("a").leader()).isZero();

        cluster.disk(0, 0).setUsableBytes(2 * TestCluster.RESERVE_BYTES);
        await().until(() -> reasonOf(0, "a", "again") == ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(values(0, "a")).doesNotContain("refused").endsWith("again");
    }

    @Test
    void aBrokerWithoutDescriptorsRefusesAndHeals() { // R10, R11
        cluster.createTopic("c", Map.of("min.insync.replicas", "1", "segment.bytes", "1024"), List.of(0));
        String text = "x".repeat(600);
        assertThat(reasonOf(0, "c", text)).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        cluster.disk(0, 0).setNoDescriptors(true);
        cluster.disk(0, 1).setNoDescriptors(true);

        // Into a new segment, whose directory cannot be opened to be forced.
        var waiting = CompletableFuture.supplyAsync(() -> reasonOf(0, "c", text));
        await().until(() -> reasonOf(0, "c", "some") == ErrorReason.ERROR_REASON_STORAGE_FULL);
        assertThat(waiting).isNotDone();
        try (FetchCalls fetch = new FetchCalls(cluster.client(0))) {
            fetch.send("c", 0, 0, 0);
            assertThat(fetch.next().getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_ERROR);
            cluster.disk(0, 0).setNoDescriptors(false);
            cluster.disk(0, 1).setNoDescriptors(false);

            assertThat(waiting).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
            await().until(() -> reasonOf(0, "c", "again") == ErrorReason.ERROR_REASON_UNSPECIFIED);
            assertThat(fetch.allValues("c", 0).stream().filter(value -> !value.equals("some")))
                    .containsExactly(text, text, "again");
        }
        assertThat(cluster.image().broker(0).orElseThrow().directories().values())
                .containsOnly(true);
    }

    @Test
    void aNewPartitionGoesWhereItCanBeMade() {
        cluster.deleteTopic(topicId("a"));
        cluster.disk(0, 0).fail();
        cluster.createTopic("c", ONE_IS_ENOUGH, List.of(0));
        await().untilAsserted(() -> assertThat(record("c").directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 1)));
        assertThat(reasonOf(0, "c", "written")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
    }

    @Test
    void aReplicaThatFailsAfterItHadNoRoomIsReported() { // R11, M10
        refuseDirectories(NO_SPACE);
        cluster.createTopic("c", ONE_IS_ENOUGH, List.of(0));
        await().until(() -> cluster.disk(0, 1).directoriesRefused() > 1);
        assertThat(record("c").isr()).containsExactly(0);

        refuseDirectories(new StorageException("create directory", "c-0", new IOException("Input/output error")));

        await().untilAsserted(() -> assertThat(record("c").isr()).isEmpty());
        assertThat(record("c").lastKnown()).containsExactly(0);
    }

    @Test
    void aReplicaWithoutRoomLostNothingThoughADirectoryHasRoomAgainByThen() { // R11
        refuseDirectories(NO_SPACE);
        LogDir first = cluster.dataPlane(0).logs().dirs().get(0);
        cluster.disk(0, 1)
                .beforeRefusal(
                        () -> await().atMost(30, TimeUnit.SECONDS).until(() -> first.state() == LogDir.State.ONLINE));
        cluster.createTopic("c", ONE_IS_ENOUGH, List.of(0));

        await().atMost(60, TimeUnit.SECONDS).until(() -> cluster.disk(0, 1).directoriesRefused() > 1);

        assertThat(record("c").isr()).containsExactly(0);
    }

    @Test
    void aLogThatIsUnreadableInOneDirectoryIsNotLostAsAnotherHasNone() throws Exception { // M9
        refuseDirectories(NO_SPACE);
        cluster.createTopic("c", ONE_IS_ENOUGH, List.of(0));
        cluster.stop(0);
        Path log = Files.createDirectory(cluster.dirPath(0, 1).resolve("c-0"));
        Files.writeString(log.resolve("partition.metadata"), "damaged");
        Files.createFile(log.resolve("00000000000000000000.log"));
        cluster.start(0);
        AtomicInteger reads = new AtomicInteger();
        cluster.disk(0, 1).beforeRead(path -> reads.addAndGet(path.startsWith("c-0/") ? 1 : 0));

        await().untilAsserted(() -> assertThat(reads).hasPositiveValue());
        assertThat(record("c").hasLeader()).isFalse();
        assertThat(cluster.heldBy(0, "c")).noneMatch(ReplicaReport::getLogLost);
    }

    private void refuseDirectories(StorageException reason) {
        for (int number : List.of(0, 1)) {
            cluster.disk(0, number).refuseDirectories(reason);
        }
    }

    @Test
    void aFollowerWithoutRoomLeavesByItsLagAndComesBack() {
        int full = 1;
        cluster.disk(full, 0).setUsableBytes(0);
        cluster.disk(full, 1).setUsableBytes(0);
        await().until(() -> {
            produce(0, "a", "x");
            return !record("a").isr().contains(full);
        });
        cluster.disk(full, 0).setUsableBytes(Long.MAX_VALUE / 2);
        cluster.disk(full, 1).setUsableBytes(Long.MAX_VALUE / 2);
        await().untilAsserted(() -> assertThat(record("a").isr()).contains(full));
    }

    @Test
    void aMissingDirectoryIsNotMadeUpForInAnotherOne() throws Exception { // R12, K-16234
        produce(0, "a", "kept");
        produce(0, "b", "kept");
        cluster.stop(0);
        delete(cluster.dirPath(0, 1));
        Files.createFile(cluster.dirPath(0, 1));
        cluster.start(0);
        await().untilAsserted(() -> assertThat(record("a").isr()).contains(0));
        assertThat(record("b").isr()).doesNotContain(0);
        assertThat(record("b").directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 1));
        assertThat(cluster.dirPath(0, 0).resolve("b-0")).doesNotExist();
        assertThat(values(1, "b")).containsExactly("kept");
    }

    @Test
    void aLogThatIsGoneIsFetchedAnewOnceTheQuorumCountsOnItNoMore() throws Exception { // R12
        cluster.stop(1);
        cluster.stop(2);
        produce(0, "a", "only here");
        cluster.stop(0);
        assertThat(record("a").elr().isEmpty()).isFalse();
        delete(cluster.logDirectory(0, "a-0"));
        cluster.start(0);
        assertThat(record("a").hasLeader()).isFalse();
        assertThat(record("a").elr()).doesNotContain(0);
        assertThat(record("a").lastKnown()).contains(0);
    }

    @Test
    void aFlippedTopicIdCostsTheReplicaItsClaimAndNoLiveLog() throws Exception { // R3, R13
        cluster.stop(1);
        cluster.stop(2);
        produce(0, "b", "only here");
        cluster.stop(0);
        flipTopicId(cluster.dirPath(0, 1).resolve("b-0"));
        cluster.start(0);
        assertThat(record("b").hasLeader()).isFalse();
        assertThat(record("b").elr()).doesNotContain(0);
        assertThat(record("a").hasLeader()).isTrue();
    }

    @Test
    void aLogWithAFlippedTopicIdIsSetAsideAndTheOneInItsPlaceStays() throws Exception { // R13
        produce(0, "b", "kept");
        cluster.stop(0);
        Path log = cluster.dirPath(0, 1).resolve("b-0");
        flipTopicId(log);
        cluster.start(0);
        await().atMost(30, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(record("b").isr()).contains(0));
        assertThat(produce(record("b").leader(), "b", "more").hasError()).isFalse();
        assertThat(log).isDirectory();
        assertThat(cluster.image().broker(0).orElseThrow().directories())
                .containsEntry(TestCluster.directoryId(0, 1), true);
    }

    private static void flipTopicId(Path log) throws IOException {
        Path file = log.resolve("partition.metadata");
        String text = Files.readString(file);
        int at = text.indexOf("topic_id: ") + 15;
        char other = text.charAt(at) == 'A' ? 'B' : 'A';
        Files.writeString(file, text.substring(0, at) + other + text.substring(at + 1));
    }

    @Test
    void theFirstRecordsOfALogAreSoonBelowTheRecoveryPoint() { // R7
        produce(0, "a", "first");
        Path checkpoint = cluster.logDirectory(0, "a-0").resolve("offset-checkpoint");
        await().untilAsserted(
                        () -> assertThat(Files.readAllLines(checkpoint).get(1)).isEqualTo("2"));
    }

    @Test
    void aStrayLogIsRenamedAndKeptADay() throws Exception { // R13
        cluster.stop(0);
        cluster.deleteTopic(topicId("a"));
        cluster.start(0);
        await().untilAsserted(() -> {
            try (var names = Files.list(cluster.dirPath(0, 0))) {
                assertThat(names.map(each -> each.getFileName().toString()))
                        .anyMatch(each -> each.matches("a-0\\..+\\.\\d+\\.stray"));
            }
        });
    }

    private UUID topicId(String topic) {
        return cluster.image().topic(topic).orElseThrow().id();
    }
}
