package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.proto.internal.v1.ReplicaReport;
import io.kontiki.proto.v1.Acks;
import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A directory of broker 0 is gone for good. Each topic has one partition: "a" is in its first directory, "b" and "sole" are
 * in the second, and no other broker has a replica of "sole".
 */
class LostDirectoryTest {
    private static final Map<String, String> ONE_IS_ENOUGH = Map.of("min.insync.replicas", "1");
    /** Two looks at what is missing, ten seconds apart. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path root;

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(root, 2, new TestCluster.Setup(2, TimeUnit.SECONDS.toNanos(1)));
        create("a", List.of(0, 1), 0);
        create("b", List.of(0, 1), 1);
        create("c", List.of(0, 1), 0);
        create("sole", List.of(0), 1);
        produce(0, "b");
        produce(0, "sole");
    }

    private void create(String topic, List<Integer> replicas, int directory) {
        cluster.createTopic(topic, ONE_IS_ENOUGH, replicas);
        await().untilAsserted(() ->
                assertThat(record(topic).directoryOf(0)).isEqualTo(TestCluster.directoryId(0, directory)));
        await().until(() -> record(topic).isr().size() == replicas.size());
    }

    @AfterEach
    void stop() throws InterruptedException {
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    private PartitionRegistration record(String topic) {
        return cluster.partition(topic, 0);
    }

    private void produce(int broker, String topic) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(1_000, null, ByteBuffer.wrap("kept".getBytes(StandardCharsets.UTF_8)), List.of());
        ByteString batch = UnsafeByteOperations.unsafeWrap(builder.build());
        try (ProduceCalls produce = new ProduceCalls(cluster.client(broker))) {
            assertThat(produce.append(topic, 0, Acks.ACKS_ALL, batch).hasError())
                    .isFalse();
        }
    }

    private void startWith(Integer... directories) throws Exception {
        cluster.stop(0);
        cluster.setDirs(0, directories);
        cluster.start(0);
        assertThat(record("b").isr()).containsExactly(1);
    }

    private void awaitReplica(int directory) throws InterruptedException {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(record("b").isr()).contains(0));
        assertThat(record("b").directoryOf(0)).isEqualTo(TestCluster.directoryId(0, directory));
        cluster.stop(1);
        await().untilAsserted(() -> assertThat(record("b").leader()).isZero());
        await().untilAsserted(() -> {
            try (FetchCalls fetch = new FetchCalls(cluster.client(0))) {
                assertThat(fetch.values("b", 0, 0)).containsExactly("kept");
            }
        });
    }

    /** Nobody can fill it, and the disk may come back. */
    private void assertThatTheSoleReplicaIsNotMadeAnew() {
        assertThat(record("sole").hasLeader()).isFalse();
        assertThat(record("sole").directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 1));
        for (int directory : List.of(0, 2)) {
            assertThat(cluster.dirPath(0, directory).resolve("sole-0")).doesNotExist();
        }
    }

    @Test
    void replicasOfAReplacedDirectoryComeBackInTheNewOne() throws Exception {
        startWith(0, 2);
        awaitReplica(2);
        assertThatTheSoleReplicaIsNotMadeAnew();
    }

    @Test
    void replicasOfADirectoryThatWasTakenOutComeBackInAnother() throws Exception {
        startWith(0);
        awaitReplica(0);
        assertThatTheSoleReplicaIsNotMadeAnew();
    }

    /** Who asks must not wait for what cannot come. */
    @Test
    void brokerTellsWhichLogIsLostAndOfOthersWhatTheyHold() throws Exception { // M9
        startWith(0, 2);
        assertThat(cluster.heldBy(0, "sole"))
                .singleElement()
                .returns(true, ReplicaReport::getLogLost)
                .returns(0L, ReplicaReport::getEndOffset);
        assertThat(cluster.heldBy(1, "b"))
                .singleElement()
                .returns(false, ReplicaReport::getLogLost)
                .matches(report -> report.getEndOffset() > 0);
    }

    @Test
    void aDirectoryThatComesBackBringsTheSoleReplicaBack() throws Exception {
        startWith(0);
        awaitReplica(0);
        cluster.start(1);
        cluster.stop(0);
        cluster.setDirs(0, 0, 1);
        cluster.start(0);
        assertThat(record("b").directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 0));
        assertThat(cluster.dirPath(0, 1).resolve("sole-0")).isDirectory();
        await().untilAsserted(() -> assertThat(record("b").isr()).contains(0));
    }
}
