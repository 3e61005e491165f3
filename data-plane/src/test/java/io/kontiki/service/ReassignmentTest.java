package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.CancelReassign;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.PartitionVersion;
import io.kontiki.proto.internal.v1.Reassign;
import io.kontiki.proto.internal.v1.ReassignPartition;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ListReassignmentsRequest;
import io.kontiki.proto.v1.PartitionServiceGrpc;
import io.kontiki.proto.v1.Reassignment;
import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule M11 on the data plane: logs are copied within the limit, and those that nobody needs any more are deleted. */
class ReassignmentTest {
    private static final int BATCH_BYTES = 50_000;

    @TempDir
    private Path root;

    private TestCluster cluster;
    private UUID topic;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(root, 4);
    }

    @AfterEach
    void stop() throws InterruptedException {
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    private void fill(List<Integer> replicas, int batches) {
        topic = cluster.createTopic("t", Map.of("flush.mode", "os"), replicas);
        produce(replicas.get(0), batches);
    }

    private void produce(int leader, int batches) {
        try (ProduceCalls produce = new ProduceCalls(cluster.client(leader))) {
            for (int i = 0; i < batches; i++) {
                await().until(() -> produce.append("t", 0, Acks.ACKS_ALL, batch()), result -> {
                    assertThat(result.getError().getReason())
                            .isIn(
                                    ErrorReason.ERROR_REASON_UNSPECIFIED,
                                    ErrorReason.ERROR_REASON_NOT_LEADER,
                                    ErrorReason.ERROR_REASON_LEADER_UNKNOWN);
                    return !result.hasError();
                });
            }
        }
    }

    private static ByteString batch() {
        RecordBatchBuilder builder = new RecordBatchBuilder(BATCH_BYTES + 1000);
        builder.add(1, null, ByteBuffer.wrap(new byte[BATCH_BYTES]), List.of());
        return UnsafeByteOperations.unsafeWrap(builder.build());
    }

    private PartitionVersion version() {
        return PartitionVersion.newBuilder()
                .setPartition(PartitionRef.newBuilder()
                        .setTopicId(UuidBytes.toBytes(topic))
                        .setPartition(0))
                .setPartitionEpoch(record().partitionEpoch())
                .build();
    }

    private void reassign(long bytesPerSecondMax, Integer... target) {
        apply(() -> Command.newBuilder()
                .setReassign(Reassign.newBuilder()
                        .addPartitions(ReassignPartition.newBuilder()
                                .setPartition(version())
                                .addAllTarget(List.of(target))
                                .setBytesPerSecondMax(bytesPerSecondMax)))
                .build());
    }

    /** A proposal of the leader may come between. */
    private void apply(Supplier<Command> command) {
        await().until(
                        () -> cluster.apply(command.get()),
                        reply -> reply.getPartitions().getPartitions(0).getReason()
                                == ErrorReason.ERROR_REASON_UNSPECIFIED);
    }

    private PartitionRegistration record() {
        return cluster.partition("t", 0);
    }

    private void awaitReplicas(Integer... target) {
        await().until(() -> record().replicas().equals(List.of(target))
                && !record().reassignment().isUnderWay());
    }

    private Reassignment listed() {
        List<Reassignment> all = PartitionServiceGrpc.newBlockingStub(cluster.client(3))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .listReassignments(ListReassignmentsRequest.getDefaultInstance())
                .getReassignmentsList();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private Path log(int broker) {
        return cluster.logDirectory(broker, "t-0").resolve("00000000000000000000.log");
    }

    /** The first batch of a new leader epoch may be on its way. */
    private void awaitEqualLogs(int broker, int other) {
        await().until(() -> Files.mismatch(log(broker), log(other)) < 0);
    }

    private void awaitNothingLeftOn(int broker) {
        await().untilAsserted(() -> {
            try (var files = Files.list(cluster.dirPath(broker, 0))) {
                assertThat(files.map(Path::getFileName).map(Path::toString).filter(name -> name.startsWith("t-0")))
                        .isEmpty();
            }
        });
    }

    @Test
    void addedReplicaGetsTheLogAndRemovedOneLosesIt() throws IOException {
        fill(List.of(0, 1, 2), 20);

        reassign(0, 1, 2, 3);
        awaitReplicas(1, 2, 3);
        produce(record().leader(), 5);

        assertThat(record().isr()).containsExactlyInAnyOrder(1, 2, 3);
        awaitEqualLogs(3, record().leader());
        assertThat(Files.size(log(3))).isGreaterThan(25 * BATCH_BYTES);
        await().until(() -> !record().directoryOf(3).equals(PartitionRegistration.UNASSIGNED));
        awaitNothingLeftOn(0);
    }

    @Test
    void throttleIsKeptAndProgressIsTold() throws IOException {
        fill(List.of(0, 1), 60);
        long total = Files.size(log(0));
        long began = System.nanoTime();

        reassign(1_000_000, 0, 1, 3);

        await().until(() ->
                listed().getProgressCount() == 1 && listed().getProgress(0).getCopiedBytes() > total / 4);
        Reassignment listed = listed();
        double seconds = (System.nanoTime() - began) / 1e9;
        assertThat(listed.getPartition().getTopic()).isEqualTo("t");
        assertThat(listed.getReplicasList()).containsExactly(0, 1, 3);
        assertThat(listed.getAddingList()).containsExactly(3);
        assertThat(listed.getMaxBytesPerSecond()).isEqualTo(1_000_000);
        assertThat(listed.getProgress(0).getBrokerId()).isEqualTo(3);
        assertThat(listed.getProgress(0).getTotalBytes()).isEqualTo(total);
        assertThat(listed.getProgress(0).getOffsetLag()).isPositive();
        assertThat((double) listed.getProgress(0).getCopiedBytes()).isLessThan(1_100_000 * (seconds + 0.3));

        reassign(Long.MAX_VALUE, 0, 1, 3);
        awaitReplicas(0, 1, 3);
        awaitEqualLogs(3, 0);
    }

    /** Rule L18. */
    @Test
    void throttleDelaysNobodyButTheAddedReplica() {
        fill(List.of(0, 1), 40);
        reassign(1, 0, 1, 3);

        produce(0, 20);

        awaitEqualLogs(1, 0);
        assertThat(record().reassignment().isUnderWay()).isTrue();
    }

    @Test
    void cancelledReplicaIsDeleted() {
        fill(List.of(0, 1), 40);
        reassign(100_000, 1, 2, 3);
        await().until(() ->
                Files.exists(cluster.logDirectory(2, "t-0")) && Files.exists(cluster.logDirectory(3, "t-0")));

        apply(() -> Command.newBuilder()
                .setCancelReassign(CancelReassign.newBuilder().addPartitions(version()))
                .build());

        awaitReplicas(0, 1);
        awaitNothingLeftOn(2);
        awaitNothingLeftOn(3);
        produce(record().leader(), 1);
    }

    @Test
    void replicaThatComesBackStartsAnew() {
        fill(List.of(0, 1), 10);

        reassign(0, 1);
        awaitReplicas(1);
        reassign(0, 1, 0);
        awaitReplicas(1, 0);
        produce(1, 1);

        awaitEqualLogs(0, 1);
        await().until(() -> !record().directoryOf(0).equals(PartitionRegistration.UNASSIGNED));
    }
}
