package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.measure.LatencyHistogram;
import io.kontiki.measure.ReplicationTraffic;
import io.kontiki.measure.Stage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.v1.Acks;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.ListOffsetsPartition;
import io.kontiki.proto.v1.ListOffsetsPartitionResult;
import io.kontiki.proto.v1.OffsetSpec;
import io.kontiki.proto.v1.ProducePartitionResult;
import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataPlaneTest {
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
    void acknowledgedRecordsAreOnEveryReplica() throws IOException {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            for (int i = 0; i < 20; i++) {
                assertThat(produce.append("t", 0, Acks.ACKS_ALL, batch("m" + i)).hasError())
                        .isFalse();
            }
        }
        byte[] leader = logBytes(0);
        assertThat(logBytes(1)).isEqualTo(leader);
        assertThat(logBytes(2)).isEqualTo(leader);
        try (FetchCalls fetch = new FetchCalls(cluster.client(0))) {
            assertThat(fetch.values("t", 0, 0)).hasSize(20).startsWith("m0").endsWith("m19");
        }
    }

    @Test
    void whatGoesBetweenReplicasAndToConsumersIsCountedAndTimed() throws IOException {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, batch("m"));
        }
        try (FetchCalls fetch = new FetchCalls(cluster.client(0))) {
            fetch.values("t", 0, 0);
        }

        ReplicationTraffic leader = cluster.traffic(0).replication();
        long log = logBytes(0).length;
        assertThat(leader.sentBytes()).isEqualTo(2 * log);
        assertThat(leader.receivedBytes()).isZero();
        for (int follower : List.of(1, 2)) {
            assertThat(cluster.traffic(follower).replication().receivedBytes()).isEqualTo(log);
            assertThat(count(cluster.traffic(follower).replication().acknowledged()))
                    .isZero();
        }
        // Of each of the two streams at least the first push.
        assertThat(count(leader.acknowledged())).isBetween(2L, 4L);
        // Counted when the connection has it, which is about when the consumer has it.
        await().untilAsserted(() ->
                assertThat(count(cluster.traffic(0).stage(Stage.FETCH_SEND))).isPositive());
    }

    private static long count(LatencyHistogram times) {
        return LongStream.of(times.counts()).sum();
    }

    @Test
    void acknowledgedRecordsOutliveTheirLeader() throws Exception {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, batch("before"));
        }
        cluster.stop(0);
        assertThat(cluster.partition("t", 0).leader()).isEqualTo(1);
        try (ProduceCalls produce = new ProduceCalls(cluster.client(1))) {
            await().until(() ->
                    !produce.append("t", 0, Acks.ACKS_ALL, batch("after")).hasError());
        }
        try (FetchCalls fetch = new FetchCalls(cluster.client(1))) {
            assertThat(fetch.values("t", 0, 0)).containsExactly("before", "after");
        }
        cluster.start(0);
        await().untilAsserted(() -> assertThat(cluster.partition("t", 0).isr()).contains(0));
        await().untilAsserted(() -> assertThat(logBytes(0)).isEqualTo(logBytes(1)));
    }

    @Test
    void theLastReplicaStandingKeepsItsRecords() throws Exception {
        cluster.createTopic("t", Map.of("min.insync.replicas", "1"), List.of(0, 1, 2));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, batch("kept"));
        }
        cluster.stop(1);
        cluster.stop(2);
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            await().until(() ->
                    !produce.append("t", 0, Acks.ACKS_ALL, batch("alone")).hasError());
        }
        cluster.stop(0);
        cluster.start(0);
        cluster.start(1);
        cluster.start(2);
        await().untilAsserted(() -> assertThat(cluster.partition("t", 0).isr()).hasSize(3));
        await().untilAsserted(() -> assertThat(logBytes(1)).isEqualTo(logBytes(0)));
        try (FetchCalls fetch = new FetchCalls(cluster.client(0))) {
            assertThat(fetch.values("t", 0, 0)).containsExactly("kept", "alone");
        }
    }

    @Test
    void aRetryOfTheSameSequenceIsNotAppendedTwice() throws IOException {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        ByteString first = batch(7, 0, "once");
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            long offset = produce.append("t", 0, Acks.ACKS_ALL, first).getBaseOffset();
            assertThat(produce.append("t", 0, Acks.ACKS_ALL, first).getBaseOffset())
                    .isEqualTo(offset);
            ProducePartitionResult gap = produce.append("t", 0, Acks.ACKS_ALL, batch(7, 5, "gap"));
            assertThat(gap.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_OUT_OF_ORDER_SEQUENCE);
        }
        try (FetchCalls fetch = new FetchCalls(cluster.client(0))) {
            assertThat(fetch.values("t", 0, 0)).containsExactly("once");
        }
    }

    @Test
    void aRetryAfterAFailOverIsNotAppendedTwice() throws Exception {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        ByteString first = batch(7, 0, "once");
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, first);
        }
        cluster.stop(0);
        try (ProduceCalls produce = new ProduceCalls(cluster.client(1))) {
            await().until(() -> !produce.append("t", 0, Acks.ACKS_ALL, first).hasError());
        }
        try (FetchCalls fetch = new FetchCalls(cluster.client(1))) {
            assertThat(fetch.values("t", 0, 0)).containsExactly("once");
        }
    }

    @Test
    void tooFewInSyncReplicasRefuseAcksAllBeforeWriting() throws Exception {
        cluster.createTopic("t", Map.of("min.insync.replicas", "2"), List.of(0, 1, 2));
        cluster.stop(1);
        cluster.stop(2);
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            await().untilAsserted(() -> assertThat(produce.append("t", 0, Acks.ACKS_ALL, batch("no"))
                            .getError()
                            .getReason())
                    .isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS));
            assertThat(produce.append("t", 0, Acks.ACKS_LEADER, batch("one")).hasError())
                    .isFalse();
        }
    }

    @Test
    void badBatchesAreRefusedAndTheStreamGoesOn() throws IOException {
        cluster.createTopic("t", Map.of("max.message.bytes", "1000"), List.of(0, 1, 2));
        byte[] wrongCrc = batch("x").toByteArray();
        wrongCrc[wrongCrc.length - 1] ^= 1;
        ByteString whole = batch("whole");
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            assertReason(produce, ByteString.copyFrom(wrongCrc), ErrorReason.ERROR_REASON_CORRUPT_BATCH);
            assertReason(produce, whole.substring(0, whole.size() - 3), ErrorReason.ERROR_REASON_CORRUPT_BATCH);
            assertReason(produce, ByteString.EMPTY, ErrorReason.ERROR_REASON_CORRUPT_BATCH);
            assertReason(produce, batch("x".repeat(2000)), ErrorReason.ERROR_REASON_RECORD_TOO_LARGE);
            assertThat(produce.append("t", 9, Acks.ACKS_ALL, whole).getError().getReason())
                    .isEqualTo(ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND);
            assertThat(produce.append("nope", 0, Acks.ACKS_ALL, whole)
                            .getError()
                            .getReason())
                    .isEqualTo(ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND);
            assertThat(produce.append("t", 0, Acks.ACKS_ALL, whole).hasError()).isFalse();
        }
    }

    private static void assertReason(ProduceCalls produce, ByteString records, ErrorReason reason) {
        ProducePartitionResult result = produce.append("t", 0, Acks.ACKS_ALL, records);
        assertThat(result.getError().getReason()).isEqualTo(reason);
    }

    @Test
    void aFollowerNamesTheLeader() throws IOException {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(1))) {
            ProducePartitionResult result = produce.append("t", 0, Acks.ACKS_ALL, batch("x"));
            assertThat(result.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
            assertThat(result.getError().getLeaderHint().getLeaderId()).isZero();
        }
    }

    @Test
    void aLongPollEndsWhenARecordIsCommitted() throws IOException {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0));
                FetchCalls fetch = new FetchCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, batch("first"));
            long end = produce.append("t", 0, Acks.ACKS_ALL, batch("second")).getBaseOffset() + 1;
            fetch.send("t", 0, end, 60_000);
            produce.append("t", 0, Acks.ACKS_ALL, batch("third"));
            assertThat(fetch.nextValues(end)).containsExactly("third");
        }
    }

    @Test
    void offsetsAreFoundByTimeAndAtBothEnds() throws IOException {
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        long second;
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, batchAt(1000, "a"));
            second = produce.append("t", 0, Acks.ACKS_ALL, batchAt(2000, "b")).getBaseOffset();
        }
        assertThat(offset(OffsetSpec.newBuilder().setEarliest(true).build()).getOffset())
                .isZero();
        assertThat(offset(OffsetSpec.newBuilder().setLatest(true).build()).getOffset())
                .isEqualTo(second + 1);
        assertThat(offset(OffsetSpec.newBuilder().setTimestampMs(1500).build()).getOffset())
                .isEqualTo(second);
    }

    /** Or a group that has read all would seem to be behind after each change of the leader. */
    @Test
    void controlRecordsAtTheEndAreNoneToBeRead() throws IOException {
        var recordsEnd = OffsetSpec.newBuilder().setRecordsEnd(true).build();
        cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        await().untilAsserted(() -> assertThat(
                        offset(OffsetSpec.newBuilder().setLatest(true).build()).getOffset())
                .isEqualTo(1));
        assertThat(offset(recordsEnd).getOffset()).isZero();
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            long last = produce.append("t", 0, Acks.ACKS_ALL, batch("a")).getBaseOffset();
            assertThat(offset(recordsEnd).getOffset()).isEqualTo(last + 1);
        }
    }

    private ListOffsetsPartitionResult offset(OffsetSpec spec) {
        return FetchCalls.listOffset(cluster.client(0), "t", 0, spec);
    }

    @Test
    void aDeletedTopicLeavesNoFilesAndTheNameCanBeUsedAgain() throws IOException {
        UUID id = cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, batch("old"));
            cluster.deleteTopic(id);
            await().until(() -> !Files.exists(cluster.logDirectory(0, "t-0")));
            cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
            await().until(() ->
                    !produce.append("t", 0, Acks.ACKS_ALL, batch("new")).hasError());
        }
        try (FetchCalls fetch = new FetchCalls(cluster.client(0))) {
            assertThat(fetch.values("t", 0, 0)).containsExactly("new");
        }
    }

    @Test
    void aTopicCreatedRightAfterItsNameWasDeletedKeepsItsFiles() throws Exception {
        for (int round = 0; round < 5; round++) {
            UUID old = cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
            cluster.deleteTopic(old);
            UUID id = cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
            try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
                await().until(() ->
                        !produce.append("t", 0, Acks.ACKS_ALL, batch("kept")).hasError());
            }
            for (int broker = 0; broker < 3; broker++) {
                assertThat(cluster.logDirectory(broker, "t-0")).isDirectory();
            }
            cluster.deleteTopic(id);
        }
    }

    /** KIP-516: an offset of the earlier topic means nothing in the later one. */
    @Test
    void aReaderOfAnEarlierTopicOfThatNameIsRefused() {
        UUID earlier = cluster.createTopic("t", Map.of(), List.of(0, 1, 2));
        cluster.deleteTopic(earlier);
        ByteString later = UuidBytes.toBytes(cluster.createTopic("t", Map.of(), List.of(0, 1, 2)));
        try (ProduceCalls produce = new ProduceCalls(cluster.client(0))) {
            produce.append("t", 0, Acks.ACKS_ALL, batch("new"));
        }
        FetchPartition.Builder wanted = FetchPartition.newBuilder().setTopic("t");
        ListOffsetsPartition.Builder asked = ListOffsetsPartition.newBuilder()
                .setTopic("t")
                .setSpec(OffsetSpec.newBuilder().setLatest(true));
        try (FetchCalls fetch = new FetchCalls(cluster.client(0))) {
            fetch.send(wanted.setTopicId(UuidBytes.toBytes(earlier)).build(), 5_000);
            assertThat(fetch.next().getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_TOPIC_ID_UNKNOWN);
            fetch.send(wanted.setTopicId(ByteString.copyFrom(new byte[3])).build(), 5_000);
            assertThat(fetch.next().getError().getMessage()).isEqualTo("topic_id has 3 bytes, but must have 16");
            fetch.send(wanted.setTopicId(later).build(), 5_000);
            assertThat(fetch.nextValues(0)).containsExactly("new");
        }
        assertThat(FetchCalls.listOffset(cluster.client(0), asked.setTopicId(UuidBytes.toBytes(earlier)))
                        .getError()
                        .getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_TOPIC_ID_UNKNOWN);
        assertThat(FetchCalls.listOffset(cluster.client(0), asked.setTopicId(later))
                        .hasError())
                .isFalse();
    }

    @Test
    void aFetchBudgetGrantsWhatIsLeft() {
        FetchBudget budget = new FetchBudget(100);
        assertThat(budget.take(80)).isEqualTo(80);
        assertThat(budget.take(80)).isEqualTo(20);
        assertThat(budget.take(80)).isZero();
        budget.overdraw(5);
        budget.giveBack(10);
        assertThat(budget.take(80)).isEqualTo(5);
    }

    private byte[] logBytes(int broker) throws IOException {
        return Files.readAllBytes(cluster.logDirectory(broker, "t-0").resolve("00000000000000000000.log"));
    }

    private static ByteString batch(String value) {
        return batchAt(1_700_000_000_000L, value);
    }

    private static ByteString batchAt(long timestampMillis, String value) {
        return UnsafeByteOperations.unsafeWrap(builder(timestampMillis, value).build());
    }

    private static ByteString batch(long producerId, int sequence, String value) {
        return UnsafeByteOperations.unsafeWrap(
                builder(1_700_000_000_000L, value).build(producerId, (short) 0, sequence));
    }

    private static RecordBatchBuilder builder(long timestampMillis, String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(timestampMillis, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        return builder;
    }
}
