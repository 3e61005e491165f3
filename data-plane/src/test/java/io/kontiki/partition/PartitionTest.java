package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.ReadMemory;
import io.kontiki.measure.Stage;
import io.kontiki.measure.TopicTraffic;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.TimestampPolicy;
import io.kontiki.record.TimestampType;
import io.kontiki.replication.Acks;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition with one replica, on a real log and a real event loop. */
class PartitionTest {
    @TempDir
    Path root;

    private PartitionRig rig;
    private TopicPartition id;
    private PartitionLog log;
    private Partition partition;

    @BeforeEach
    void open() {
        rig = new PartitionRig(root, new NoTransport(), System::nanoTime);
        id = rig.id();
        log = rig.log();
        partition = rig.partition();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void lead(List<Integer> replicas) {
        lead(replicas, FlushMode.ACK);
    }

    private void lead(List<Integer> replicas, FlushMode flushMode) {
        rig.tell(PartitionRegistration.created(replicas, replicas, 1, flushMode));
    }

    private <T> T produce(Acks acks, Supplier<T> atTheAnswer) throws Exception {
        CompletableFuture<T> answer = new CompletableFuture<>();
        partition.produce(
                PartitionRig.batch("x"),
                acks,
                OptionalInt.empty(),
                10_000,
                outcome -> answer.complete(atTheAnswer.get()));
        return answer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void anAcknowledgedRecordIsReadableWhenItsAnswerIsGiven() throws Exception {
        lead(List.of(1));
        for (long end = 2; end < 20; end++) {
            assertThat(produce(Acks.ALL, partition::latestOffset))
                    .isEqualTo(new OffsetLookup.Found(end, OptionalLong.empty()));
        }
    }

    @Test
    void whatProducersAppendIsCountedAndTimedByStage() throws Exception {
        lead(List.of(1));
        produce(Acks.ALL, () -> null);
        produce(Acks.NONE, () -> null);
        TopicTraffic counts = partition.traffic();
        assertThat(counts.receivedRecords()).isEqualTo(2);
        assertThat(counts.receivedBytes())
                .isEqualTo(2L * PartitionRig.batch("x").remaining());
        assertThat(taken(Stage.PRODUCE_QUEUE)).isEqualTo(2);
        assertThat(taken(Stage.PRODUCE_APPEND)).isEqualTo(2);
        // Who waits for nothing is in no such stage.
        assertThat(taken(Stage.PRODUCE_REPLICATE)).isEqualTo(1);
    }

    private long taken(Stage stage) {
        return LongStream.of(rig.traffic().stage(stage).counts()).sum();
    }

    @Test
    void whatWaitsBehindTheEndOfThePartitionIsRefused() throws Exception {
        lead(List.of(1));
        CompletableFuture<ProduceOutcome> answer = new CompletableFuture<>();
        partition.stop(placed -> placed.log().delete());
        partition.produce(PartitionRig.batch("x"), Acks.ALL, OptionalInt.empty(), 10_000, answer::complete);
        assertThat(((ProduceOutcome.Refused) answer.get(10, TimeUnit.SECONDS)).reason())
                .isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
    }

    @Test
    void aNewLeaderDoesNotSayThatNoRecordIsSoYoung() throws Exception {
        log.appendAsLeader(PartitionRig.batch("of an earlier leadership"), 0);
        lead(List.of(1, 2));
        produce(Acks.LEADER, () -> null);
        assertThat(partition.offsetForTimestamp(PartitionRig.TIMESTAMP_MS))
                .isInstanceOfSatisfying(
                        OffsetLookup.Refused.class,
                        refused ->
                                assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_OFFSET_NOT_AVAILABLE));
    }

    @Test
    void bytesThatCannotBeReadAreAnErrorAndNoException() throws Exception {
        lead(List.of(1));
        produce(Acks.ALL, () -> null);
        Path segment = root.resolve("t-0").resolve("00000000000000000000.log");
        Files.write(segment, new byte[(int) Files.size(segment)]);
        assertThat(partition.read(0, 1000, OptionalInt.empty()))
                .isInstanceOfSatisfying(
                        FetchResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_ERROR));
    }

    /** Who cannot do without asks again and again. */
    @Test
    void damageIsCountedOnceHoweverOftenItIsRead() throws Exception {
        lead(List.of(1));
        produce(Acks.ALL, () -> null);
        Path segment = root.resolve("t-0").resolve("00000000000000000000.log");
        Files.write(segment, new byte[(int) Files.size(segment)]);
        for (int i = 0; i < 3; i++) {
            partition.read(0, 1000, OptionalInt.empty());
        }
        partition.describe().get(10, TimeUnit.SECONDS);
        assertThat(partition.dir().damageFound()).isEqualTo(1);
    }

    @Test
    void recordsAreFlushedByCountAndByAgeInOsMode() throws Exception {
        lead(List.of(1), FlushMode.OS);
        produce(Acks.ALL, () -> null);
        assertThat(log.flushedOffset()).isLessThan(2);

        partition.configure(new TopicConfig.Flush(FlushMode.OS, 3, Long.MAX_VALUE));
        produce(Acks.ALL, () -> null);
        await().untilAsserted(() -> assertThat(log.flushedOffset()).isEqualTo(3));
        produce(Acks.ALL, () -> null);
        assertThat(log.flushedOffset()).isEqualTo(3);

        partition.configure(new TopicConfig.Flush(FlushMode.OS, Long.MAX_VALUE, 1));
        await().untilAsserted(() -> assertThat(log.flushedOffset()).isEqualTo(4));
    }

    @Test
    void aBatchOfATransactionIsRefusedSinceNothingCouldEndIt() throws Exception {
        lead(List.of(1));
        CompletableFuture<ProduceOutcome> answer = new CompletableFuture<>();
        partition.produce(transactional(), Acks.ALL, OptionalInt.empty(), 10_000, answer::complete);
        ProduceOutcome.Refused refused = (ProduceOutcome.Refused) answer.get(10, TimeUnit.SECONDS);
        assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(refused.message()).contains("transactional bit", "take no transactions");
    }

    @Test
    void retentionLeavesWhatIsNotDecided() throws Exception {
        log.appendAsLeader(transactional(), 0);
        lead(List.of(1));
        partition.configure(
                LogConfig.defaults().withSegmentBytes(1024).withRetention(new LogConfig.Retention(Long.MAX_VALUE, 1)));
        for (int i = 0; i < 40; i++) {
            produce(Acks.ALL, () -> null);
        }
        retain();
        assertThat(log.logStartOffset()).isZero();

        partition.execute(() -> log.appendAsLeader(marker(), 0));
        produce(Acks.ALL, () -> null);
        retain();
        assertThat(log.logStartOffset()).isGreaterThan(20);
    }

    @Test
    void nothingIsDeletedWhileReplicasHoldOtherRecords() throws Exception {
        lead(List.of(1));
        partition.configure(
                LogConfig.defaults().withSegmentBytes(1024).withRetention(new LogConfig.Retention(Long.MAX_VALUE, 1)));
        for (int i = 0; i < 40; i++) {
            produce(Acks.ALL, () -> null);
        }
        partition.noteDivergent(new DivergentCopies(partition.view().leaderEpoch(), Set.of(2)));
        retain();
        assertThat(log.logStartOffset()).isZero();
        CompletableFuture<TrimOutcome> trimmed = new CompletableFuture<>();
        partition.trim(OptionalLong.of(5), 10_000, trimmed::complete);
        TrimOutcome.Refused refused = (TrimOutcome.Refused) trimmed.get(10, TimeUnit.SECONDS);
        assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_POLICY_VIOLATION);
        assertThat(refused.message()).contains("t-0 on brokers [2]");

        partition.noteDivergent(new DivergentCopies(partition.view().leaderEpoch() - 1, Set.of(2)));
        retain();
        assertThat(log.logStartOffset()).as("another leadership").isPositive();
    }

    private static ByteBuffer transactional() {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(PartitionRig.TIMESTAMP_MS, null, ByteBuffer.allocate(1), List.of());
        return builder.buildTransactional(7, (short) 0, 0);
    }

    private static ByteBuffer marker() {
        return ControlRecords.endTransaction(ControlRecords.Type.COMMIT, 7, (short) 0, 0, PartitionRig.TIMESTAMP_MS);
    }

    /** And waits until the event loop has done what follows from it. */
    private void retain() {
        partition.retain(PartitionRig.TIMESTAMP_MS);
        partition.describe().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Test
    void replicaTellsWhatItHolds() throws Exception { // M9
        lead(List.of(1));
        produce(Acks.ALL, () -> null);
        long end = log.endOffset();
        assertThat(partition.held().get(10, TimeUnit.SECONDS))
                .isEqualTo(new HeldLog(id, 0, OptionalInt.of(0), end, end, false, false));
        partition.fail("unreadable");
        assertThat(partition.held().get(10, TimeUnit.SECONDS))
                .isEqualTo(new HeldLog(id, 0, OptionalInt.of(0), end, end, true, false));
    }

    @Test
    void uncleanElectionIsCounted() throws Exception { // M9
        PartitionRegistration record = PartitionRegistration.created(List.of(1), List.of(1), 1, FlushMode.ACK);
        rig.tell(record.withEpochs(2, 1));
        partition.held().get(10, TimeUnit.SECONDS);
        assertThat(partition.dir().uncleanElections()).isZero();
        rig.tell(record.next().withEpochs(3, 3));
        rig.tell(record.next().next().withEpochs(3, 3));
        partition.held().get(10, TimeUnit.SECONDS);
        assertThat(partition.dir().uncleanElections()).isEqualTo(1);
    }

    @Test
    void aReaderHearsOfALogThatHasPartedFromWhatItRead() throws Exception { // F3
        log.appendAsLeader(PartitionRig.batch("0"), 1);
        log.appendAsLeader(PartitionRig.batch("1"), 1);
        rig.tell(PartitionRegistration.created(List.of(1), List.of(1), 1, FlushMode.ACK)
                .withEpochs(3, 1));
        partition.held().get(10, TimeUnit.SECONDS);
        assertThat(log.endOf(3).endOffset()).isEqualTo(3);

        assertThat(divergence(3, 1)).hasValue(2);
        assertThat(divergence(3, 2)).hasValue(2);
        // Also beyond the end, where the offset alone would not tell how much is lost.
        assertThat(divergence(9, 1)).hasValue(2);
        assertThat(divergence(1, 0)).hasValue(0);
        for (int[] sound : new int[][] {{0, 1}, {2, 1}, {3, 3}}) {
            assertThat(divergence(sound[0], sound[1])).isEmpty();
        }
        assertThat(refusal(-1)).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        // It may have been read at a leader of which this one does not know yet.
        assertThat(refusal(4)).isEqualTo(ErrorReason.ERROR_REASON_UNKNOWN_LEADER_EPOCH);
    }

    private ErrorReason refusal(int lastEpoch) {
        FetchResult result = partition.read(1, 1000, OptionalInt.empty(), OptionalInt.of(lastEpoch), ReadMemory.NEW);
        return ((FetchResult.Refused) result).reason();
    }

    private OptionalLong divergence(long offset, int lastEpoch) {
        FetchResult result =
                partition.read(offset, 1000, OptionalInt.empty(), OptionalInt.of(lastEpoch), ReadMemory.NEW);
        return result instanceof FetchResult.Diverged diverged
                ? OptionalLong.of(diverged.divergingOffset())
                : OptionalLong.empty();
    }

    @Test
    void theTopicTellsWhichTimestampsCount() throws Exception {
        lead(List.of(1));
        partition.configure(LogConfig.defaults()
                .withTimestamps(new TimestampPolicy(TimestampType.CREATE_TIME, 1_000, Long.MAX_VALUE)));
        assertThatThrownBy(() -> produce(Acks.ALL, () -> null))
                .isInstanceOfSatisfying(
                        InvalidBatchException.class,
                        e -> assertThat(e.reason()).isEqualTo(InvalidBatchException.Reason.INVALID_TIMESTAMP));

        partition.configure(
                LogConfig.defaults().withTimestamps(new TimestampPolicy(TimestampType.LOG_APPEND_TIME, 0, 0)));
        long before = System.currentTimeMillis();
        produce(Acks.ALL, () -> null);
        RecordBatch stored = RecordBatch.at(log.read(1, 1000, 2).bytes(), 0);
        stored.ensureValidChecksum();
        assertThat(stored.isLogAppendTime()).isTrue();
        assertThat(stored.maxTimestampMs()).isBetween(before, System.currentTimeMillis());
        assertThat(partition.offsetForTimestamp(before))
                .isEqualTo(new OffsetLookup.Found(1, OptionalLong.of(stored.maxTimestampMs())));
    }

    @Test
    void noRoomMeansNoRecords() throws Exception {
        lead(List.of(1));
        produce(Acks.ALL, () -> null);
        assertThat(partition.read(0, 0, OptionalInt.empty()))
                .isInstanceOfSatisfying(FetchResult.Records.class, records -> {
                    assertThat(records.records().remaining()).isZero();
                    assertThat(records.highWatermark()).isEqualTo(2);
                });
    }
}
