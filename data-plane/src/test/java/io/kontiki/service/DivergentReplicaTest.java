package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.DigestRequest;
import io.kontiki.proto.internal.v1.DigestResponse;
import io.kontiki.proto.internal.v1.ReplicationServiceGrpc;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.DeleteRecordsPartition;
import io.kontiki.proto.v1.DeleteRecordsPartitionResult;
import io.kontiki.proto.v1.DeleteRecordsRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LogServiceGrpc;
import io.kontiki.record.RecordBatch;
import io.kontiki.replication.ReplicaOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule R14: replicas compare what no checksum of a batch can tell. */
class DivergentReplicaTest {
    private static final String FIRST_SEGMENT = "00000000000000000000.log";
    private static final int CHECKSUM_AT = 17;
    private static final int CHECKSUM_FROM = 21;

    @TempDir
    Path root;

    private TestCluster cluster;
    private UUID topic;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(
                root,
                3,
                new TestCluster.Setup(1, ReplicaOptions.DEFAULTS.lagLimitNanos())
                        .withScrubInterval(Duration.ofMillis(200)));
        topic = cluster.createTopic("t", Map.of("segment.bytes", "1024"), List.of(0, 1, 2));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            for (int i = 0; i < 30; i++) {
                assertThat(produce.append("t", 0, Acks.ACKS_ALL, ProduceCalls.batch(String.valueOf(i)))
                                .hasError())
                        .isFalse();
            }
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    @Test
    void nothingIsDeletedWhileSoundReplicasDiffer() throws IOException {
        alterRecord(2);
        await().untilAsserted(() -> assertThat(divergentPartitions(0)).isEqualTo(1));
        assertThat(divergentPartitions(2)).isZero();
        assertThat(cluster.partition("t", 0).isr()).as("both are sound").contains(0, 1, 2);
        DeleteRecordsPartitionResult refused = deleteBefore(5);
        assertThat(refused.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_POLICY_VIOLATION);
        assertThat(refused.getError().getMessage()).contains("on brokers [2] hold other records");

        alterRecord(2);
        await().untilAsserted(() -> assertThat(divergentPartitions(0)).isZero());
        assertThat(deleteBefore(5).getLogStartOffset()).isEqualTo(5);
    }

    @Test
    void nextLeaderStartsWithoutSuspicion() throws Exception {
        alterRecord(0);
        await().untilAsserted(() -> assertThat(divergentPartitions(0)).isEqualTo(1));
        cluster.stop(0);
        await().untilAsserted(
                        () -> assertThat(cluster.partition("t", 0).leader()).isEqualTo(1));
        assertThat(divergentPartitions(1)).isZero();
    }

    @Test
    void followerAnswersForWholeBatchesOfItsLeadersEpoch() {
        int epoch = cluster.partition("t", 0).leaderEpoch();
        assertThat(digest(1, epoch, 1, 5)).isEqualTo(digest(2, epoch, 1, 5));
        assertThat(digest(1, epoch, 1, 5).getSha256().size()).isEqualTo(32);
        assertThat(digest(1, epoch + 1, 1, 5).getRefusal()).isEqualTo(DigestResponse.Refusal.REFUSAL_NOT_FOLLOWING);
        assertThat(digest(0, epoch, 1, 5).getRefusal()).isEqualTo(DigestResponse.Refusal.REFUSAL_NOT_FOLLOWING);
        assertThat(digest(1, epoch, 1, 5_000).getRefusal()).isEqualTo(DigestResponse.Refusal.REFUSAL_OUT_OF_RANGE);
        assertThatThrownBy(() -> digest(1, epoch, 5, 5))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
                .hasMessageContaining("from_offset is 5 and to_offset 5");
    }

    private DigestResponse digest(int broker, int leaderEpoch, long from, long to) {
        return ReplicationServiceGrpc.newBlockingStub(cluster.client(broker))
                .digest(DigestRequest.newBuilder()
                        .setTopicId(UuidBytes.toBytes(topic))
                        .setLeaderEpoch(leaderEpoch)
                        .setFromOffset(from)
                        .setToOffset(to)
                        .build());
    }

    private double divergentPartitions(int broker) {
        return cluster.meters(broker)
                .get("kontiki_log_divergent_partitions")
                .gauge()
                .value();
    }

    private DeleteRecordsPartitionResult deleteBefore(long offset) {
        return LogServiceGrpc.newBlockingStub(cluster.client(0))
                .deleteRecords(DeleteRecordsRequest.newBuilder()
                        .setTopic("t")
                        .addPartitions(DeleteRecordsPartition.newBuilder().setBeforeOffset(offset))
                        .build())
                .getPartitions(0);
    }

    /** Changes the first record, or changes it back, as if it had been wrong before its checksum was made. */
    private void alterRecord(int broker) throws IOException {
        Path segment = cluster.logDirectory(broker, "t-0").resolve(FIRST_SEGMENT);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        int start = RecordBatch.at(bytes, 0).sizeInBytes();
        int end = start + RecordBatch.at(bytes, start).sizeInBytes();
        int lastOfTheValue = end - 2;
        bytes.put(lastOfTheValue, (byte) (bytes.get(lastOfTheValue) ^ 1));
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.slice(start + CHECKSUM_FROM, end - start - CHECKSUM_FROM));
        bytes.putInt(start + CHECKSUM_AT, (int) checksum.getValue());
        Files.write(segment, bytes.array());
    }
}
