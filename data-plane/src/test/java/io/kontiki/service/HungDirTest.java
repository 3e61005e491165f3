package io.kontiki.service;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.DescribeLogDirsRequest;
import io.kontiki.proto.v1.DescribeLogDirsResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LogServiceGrpc;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.replication.Lease;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link LogDirTest}; the disk of the first directory of broker 0 hangs. */
class HungDirTest {
    private static final Map<String, String> ONE_IS_ENOUGH = Map.of("min.insync.replicas", "1");
    private static final Duration DIR_TIMEOUT = Duration.ofSeconds(2);

    @TempDir
    Path root;

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(
                root, 3, new TestCluster.Setup(2, TimeUnit.SECONDS.toNanos(1)).withDirTimeout(DIR_TIMEOUT));
        createTopic("a", List.of(0, 1, 2));
        createTopic("b", List.of(0, 1, 2));
        assertThat(List.of(record("a").directoryOf(0), record("b").directoryOf(0)))
                .containsExactly(TestCluster.directoryId(0, 0), TestCluster.directoryId(0, 1));
    }

    @AfterEach
    void stop() throws InterruptedException {
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    private void createTopic(String topic, List<Integer> replicas) {
        cluster.createTopic(topic, ONE_IS_ENOUGH, replicas);
        await().untilAsserted(
                        () -> assertThat(record(topic).directories()).doesNotContain(PartitionRegistration.UNASSIGNED));
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

    @Test
    void aDirectoryThatHangsUnusedMovesItsLeadershipsAndNoOthers() {
        assertThat(reasonOf(0, "a", "before")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        cluster.disk(0, 0).hang();
        try {
            await().untilAsserted(() -> assertThat(record("a").leader()).isEqualTo(1));
            await().until(() -> reasonOf(1, "a", "after") == ErrorReason.ERROR_REASON_UNSPECIFIED);
            assertThat(values(1, "a")).containsExactly("before", "after");

            assertThat(record("b").leader()).isZero();
            assertThat(reasonOf(0, "b", "elsewhere")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
            assertThat(cluster.stuck).isEmpty();
        } finally {
            cluster.disk(0, 0).answer();
        }
    }

    @Test
    void anEventLoopThatWaitsForADirectoryThatHangsIsTold() throws InterruptedException {
        cluster.disk(0, 0).hang();
        Thread producer = new Thread(() -> produce(0, "a", "waits"));
        producer.start();
        try {
            await().untilAsserted(() -> assertThat(cluster.stuck)
                    .singleElement(as(InstanceOfAssertFactories.STRING))
                    .contains("the disk hangs", "kontiki-partition-loop-0, which serves other"));
        } finally {
            cluster.disk(0, 0).answer();
            producer.join();
        }
    }

    @Test
    void anOrderlyStopThatWaitsForADirectoryThatHangsIsTold() throws InterruptedException {
        assertThat(reasonOf(0, "a", "before")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        CountDownLatch answer = new CountDownLatch(1);
        Thread stopping = new Thread(this::stopFirst, "stopping");
        // As it closes the log.
        cluster.disk(0, 0).beforeDelete(path -> {
            if (Thread.currentThread() == stopping) {
                await().atMost(Duration.ofMinutes(1)).until(() -> answer.getCount() == 0);
            }
        });
        stopping.start();
        try {
            await().untilAsserted(() -> assertThat(cluster.stuck)
                    .singleElement(as(InstanceOfAssertFactories.STRING))
                    .contains("the disk hangs", "a-0/", "and stopping, which serves other"));
        } finally {
            answer.countDown();
            stopping.join();
        }
    }

    private void stopFirst() {
        try {
            cluster.stop(0);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theReplicasAreDescribedThoughAnEventLoopWaits() throws InterruptedException {
        cluster.disk(0, 0).hang();
        Thread producer = new Thread(() -> produce(0, "a", "waits"));
        producer.start();
        try {
            await().untilAsserted(() -> assertThat(cluster.stuck).isNotEmpty());
            DescribeLogDirsResponse answer = LogServiceGrpc.newBlockingStub(cluster.client(0))
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .describeLogDirs(
                            DescribeLogDirsRequest.newBuilder().setBrokerId(0).build());
            assertThat(answer.getLogDirsList()).hasSize(2);
        } finally {
            cluster.disk(0, 0).answer();
            producer.join();
        }
    }

    @Test
    void deletingALogThereHoldsUpNoElection() {
        // Takes the place in the first directory, so that the next one is in the second.
        createTopic("c", List.of(2, 0, 1));
        createTopic("d", List.of(1, 0, 2));
        assertThat(record("d").directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 1));
        // So that nothing is left to be appended there.
        assertThat(reasonOf(2, "c", "before")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        cluster.disk(0, 0).hang();
        try {
            cluster.deleteTopic(cluster.image().topic("a").orElseThrow().id());
            cluster.fence(1);
            assertThat(record("d").leader()).isZero();
            await().untilAsserted(() -> {
                assertThat(cluster.stuck).isEmpty();
                assertThat(reasonOf(0, "d", "after")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
            });
        } finally {
            cluster.disk(0, 0).answer();
        }
    }

    @Test
    void openingALogThereHoldsUpNoLeaseAndEndsInAnotherDirectory() {
        cluster.disk(0, 0).hang();
        try {
            cluster.createTopic("c", ONE_IS_ENOUGH, List.of(0, 1, 2));
            await().until(() -> cluster.disk(0, 0).waits("kontiki-log-open"));
            cluster.renew(0, Lease.of(System.nanoTime() - TimeUnit.HOURS.toNanos(1), 1));
            await().until(() -> reasonOf(0, "b", "refused") == ErrorReason.ERROR_REASON_LEASE_EXPIRED);
            cluster.renew(0, Lease.of(System.nanoTime(), TimeUnit.HOURS.toNanos(1)));
            await().until(() -> reasonOf(0, "b", "taken") == ErrorReason.ERROR_REASON_UNSPECIFIED);

            await().untilAsserted(
                            () -> assertThat(record("c").directoryOf(0)).isEqualTo(TestCluster.directoryId(0, 1)));
            assertThat(reasonOf(0, "c", "taken")).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
            assertThat(cluster.image().broker(0).orElseThrow().directories())
                    .containsEntry(TestCluster.directoryId(0, 0), false)
                    .containsEntry(TestCluster.directoryId(0, 1), true);
            assertThat(cluster.stuck).isEmpty();
        } finally {
            cluster.disk(0, 0).answer();
        }
    }
}
