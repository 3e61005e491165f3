package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.DeleteRecordsPartition;
import io.kontiki.proto.v1.DeleteRecordsPartitionResult;
import io.kontiki.proto.v1.DeleteRecordsRequest;
import io.kontiki.proto.v1.DeleteRecordsResponse;
import io.kontiki.proto.v1.DescribeLogDirsRequest;
import io.kontiki.proto.v1.DescribeLogDirsResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LogDir;
import io.kontiki.proto.v1.LogServiceGrpc;
import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordDeletionTest {
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
    void anyBrokerDeletesOnEveryReplica() throws Exception {
        cluster.createTopic("t", Map.of("min.insync.replicas", "1"), List.of(0, 1, 2));
        produce(10);

        assertThat(delete(2, OptionalLong.of(5), 0).getLogStartOffset()).isEqualTo(5);

        // The next leader gives nothing out that was deleted, at once and after a restart.
        cluster.stop(0);
        cluster.stop(1);
        cluster.start(1);
        await().until(() -> cluster.partition("t", 0).isr().contains(1));
        cluster.stop(2);
        await().until(() -> cluster.partition("t", 0).leader() == 1);
        try (FetchCalls fetch = new FetchCalls(cluster.client(1))) {
            await().untilAsserted(() ->
                    assertThat(fetch.values("t", 0, 5)).startsWith("m4").endsWith("m9"));
        }
    }

    @Test
    void withoutAnOffsetAllThatIsCommittedGoes() {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        produce(3);
        assertThat(delete(0, OptionalLong.empty(), 0).getLogStartOffset()).isEqualTo(4);
        assertThat(delete(0, OptionalLong.empty(), 0).getLogStartOffset()).isEqualTo(4);
        produce(1);
        try (FetchCalls fetch = new FetchCalls(cluster.client(0))) {
            assertThat(fetch.values("t", 0, 4)).containsExactly("m0");
        }
    }

    /** A log may begin inside a batch; a new follower gets that batch whole. */
    @Test
    void followerStartsAtTheBatchThatTheLogStartIsInside() throws Exception {
        cluster.createTopic("t", Map.of("min.insync.replicas", "1"), List.of(0, 1));
        cluster.stop(1);
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, batch("a", "b", "c"));
            produce.append("t", 0, Acks.ACKS_ALL, batch("d"));
        }
        assertThat(delete(0, OptionalLong.of(2), 0).hasError()).isFalse();
        cluster.start(1);
        await().untilAsserted(() -> assertThat(cluster.partition("t", 0).isr()).contains(1));
        cluster.stop(0);
        await().until(() -> cluster.partition("t", 0).leader() == 1);
        try (FetchCalls fetch = new FetchCalls(cluster.client(1))) {
            await().untilAsserted(() -> assertThat(fetch.values("t", 0, 2)).contains("b", "c", "d"));
        }
    }

    @Test
    void offsetAboveTheHighWatermarkIsRefused() {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        produce(3);
        var error = delete(1, OptionalLong.of(5), 0).getError();
        assertThat(error.getReason()).isEqualTo(ErrorReason.ERROR_REASON_OFFSET_OUT_OF_RANGE);
        assertThat(error.getMessage()).isEqualTo("before_offset 5 of t-0 is above its high watermark 4");
    }

    @Test
    void leadersAnswerAboutOtherPartitionsIsNoAnswer() throws Exception {
        cluster.createTopic("t", Map.of("min.insync.replicas", "1"), List.of(1));
        cluster.impersonate(1, new LogServiceGrpc.LogServiceImplBase() {
            @Override
            public void deleteRecords(DeleteRecordsRequest request, StreamObserver<DeleteRecordsResponse> answer) {
                answer.onNext(DeleteRecordsResponse.newBuilder()
                        .addPartitions(DeleteRecordsPartitionResult.newBuilder().setPartition(4711))
                        .build());
                answer.onCompleted();
            }
        });
        assertThat(delete(0, OptionalLong.of(0), 0).getError().getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN);
    }

    @Test
    void liveReplicaThatDoesNotFollowInTimeIsTold() throws Exception {
        cluster.createTopic("t", Map.of("min.insync.replicas", "1"), List.of(0, 1, 2));
        produce(3);
        cluster.stop(2);
        // The quorum still counts on it, as on a broker that starts.
        cluster.unfence(2);
        var error = delete(0, OptionalLong.of(3), 300).getError();
        assertThat(error.getReason()).isEqualTo(ErrorReason.ERROR_REASON_TRIM_TIMED_OUT);
        cluster.fence(2);
        assertThat(delete(0, OptionalLong.of(3), 0).getLogStartOffset()).isEqualTo(3);
    }

    @Test
    void requestOutOfItsLimitsIsRefused() {
        cluster.createTopic("c", Map.of("cleanup.policy", "compact"), List.of(0));
        assertThatThrownBy(() -> delete(0, "c", OptionalLong.empty(), 0))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("cleanup.policy of topic \"c\" is compact");
        cluster.createTopic("t", Map.of(), List.of(0));
        assertThatThrownBy(() -> delete(0, "t", OptionalLong.of(-1), 0))
                .hasMessageContaining("before_offset is -1, but must be 0 or above");
        assertThatThrownBy(() -> delete(0, "t", OptionalLong.empty(), -1))
                .hasMessageContaining("timeout_ms is -1, but must be 0 to 300000");
        assertThatThrownBy(() -> LogServiceGrpc.newBlockingStub(cluster.client(0))
                        .deleteRecords(
                                DeleteRecordsRequest.newBuilder().setTopic("t").build()))
                .hasMessageContaining("partitions is 0 entries, but must be 1 to 10000");
        var missing = LogServiceGrpc.newBlockingStub(cluster.client(0))
                .deleteRecords(DeleteRecordsRequest.newBuilder()
                        .setTopic("t")
                        .addPartitions(DeleteRecordsPartition.newBuilder().setPartition(7))
                        .build());
        assertThat(missing.getPartitions(0).getError().getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND);
    }

    @Test
    void everyBrokerTellsOfTheDirectoriesOfEach() {
        cluster.createTopic("t", Map.of(), List.of(0, 1));
        produce(3);
        for (int holder = 0; holder < 2; holder++) {
            DescribeLogDirsResponse answer = LogServiceGrpc.newBlockingStub(cluster.client(2))
                    .describeLogDirs(DescribeLogDirsRequest.newBuilder()
                            .setBrokerId(holder)
                            .build());
            assertThat(answer.getBrokerId()).isEqualTo(holder);
            LogDir dir = answer.getLogDirs(0);
            assertThat(dir.getState()).isEqualTo(LogDir.State.STATE_ONLINE);
            assertThat(dir.getUsableBytes()).isPositive();
            assertThat(dir.getPartitions(0).getEndOffset()).isEqualTo(4);
            assertThat(dir.getPartitions(0).getOffsetLag()).isZero();
            assertThat(dir.getPartitions(0).getSizeBytes()).isPositive();
            assertThat(dir.getPartitions(0).getLeader()).isEqualTo(holder == 0);
        }
    }

    private DeleteRecordsPartitionResult delete(int broker, OptionalLong before, int timeoutMillis) {
        return delete(broker, "t", before, timeoutMillis);
    }

    private DeleteRecordsPartitionResult delete(int broker, String topic, OptionalLong before, int timeoutMillis) {
        DeleteRecordsPartition.Builder partition = DeleteRecordsPartition.newBuilder();
        before.ifPresent(partition::setBeforeOffset);
        return LogServiceGrpc.newBlockingStub(cluster.client(broker))
                .deleteRecords(DeleteRecordsRequest.newBuilder()
                        .setTopic(topic)
                        .addPartitions(partition)
                        .setTimeoutMs(timeoutMillis)
                        .build())
                .getPartitions(0);
    }

    private void produce(int records) {
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            for (int i = 0; i < records; i++) {
                assertThat(produce.append("t", 0, Acks.ACKS_ALL, batch("m" + i)).hasError())
                        .isFalse();
            }
        }
    }

    private static ByteString batch(String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        for (String value : values) {
            builder.add(1_700_000_000_000L, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        }
        return UnsafeByteOperations.unsafeWrap(builder.build());
    }
}
