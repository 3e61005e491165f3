package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kontiki.log.LogConfig;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
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
import io.kontiki.replication.Effect;
import io.kontiki.replication.Lease;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ReassignmentThrottle;
import io.kontiki.replication.ReplicaIdentity;
import io.kontiki.replication.ReplicaOptions;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition with one replica, on a real log and a real event loop. */
class PartitionTest {
    private static final long TIMESTAMP_MS = 1_700_000_000_000L;

    @TempDir
    Path root;

    private final TopicPartition id = new TopicPartition(UUID.randomUUID(), 0);
    private final ConcurrentLinkedQueue<Throwable> defects = new ConcurrentLinkedQueue<>();
    private final AtomicLong linkIds = new AtomicLong();
    private final Lease lease = Lease.of(System.nanoTime(), TimeUnit.HOURS.toNanos(1));
    private Flusher flusher;
    private LoopThread loop;
    private PartitionLog log;
    private Partition partition;

    @BeforeEach
    void open() {
        loop = new LoopThread(
                "loop", 100, TimeUnit.MILLISECONDS.toNanos(50), System::nanoTime, (l, defect) -> defects.add(defect));
        log = PartitionLog.open(new FileDisk(root), "t-0", id.topicId(), LogConfig.defaults());
        LogDir dir = LogDir.online(UUID.randomUUID(), "root", new FileDisk(root), 0);
        flusher = new Flusher(List.of(dir), 1, Threads.system());
        PartitionPorts ports = new PartitionPorts(
                1,
                flusher,
                new NoTransport(),
                new ReassignmentThrottle(System.nanoTime()),
                new IsrProposalBatcher(request -> new CompletableFuture<>(), 1, () -> 1),
                System::nanoTime,
                InstantSource.system(),
                failed -> defects.add(new IllegalStateException(failed + " failed")));
        LogPlace placed = new LogPlace(new PartitionLogs.Placed(dir, log));
        ReplicaLogView logView = new ReplicaLogView(placed);
        PartitionReplica replica = new PartitionReplica(
                new ReplicaIdentity(id, 1, 1, linkIds::incrementAndGet), logView, 0, ReplicaOptions.DEFAULTS);
        partition = new Partition(
                id,
                "t-0",
                loop,
                placed,
                new ReplicaDriver(id, "t-0", placed, logView, replica, loop, () -> lease, ports),
                LogConfig.defaults().rules());
    }

    @AfterEach
    void close() {
        loop.close();
        flusher.close();
        log.close();
        assertThat(defects).isEmpty();
    }

    private void lead(List<Integer> replicas) {
        lead(replicas, FlushMode.ACK);
    }

    private void lead(List<Integer> replicas, FlushMode flushMode) {
        PartitionRegistration record = PartitionRegistration.created(replicas, replicas, 1, flushMode);
        BrokerRegistration broker = new BrokerRegistration(
                1,
                UUID.randomUUID(),
                Optional.empty(),
                1,
                new TreeMap<>(),
                new Endpoint("h", 1),
                Optional.empty(),
                false,
                false,
                0);
        partition.onMetadata(record, Map.of(1, broker));
    }

    private static ByteBuffer batch(String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(TIMESTAMP_MS, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        return builder.build();
    }

    private <T> T produce(Acks acks, Supplier<T> atTheAnswer) throws Exception {
        CompletableFuture<T> answer = new CompletableFuture<>();
        partition.produce(batch("x"), acks, OptionalInt.empty(), 10_000, outcome -> answer.complete(atTheAnswer.get()));
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
    void whatWaitsBehindTheEndOfThePartitionIsRefused() throws Exception {
        lead(List.of(1));
        CompletableFuture<ProduceOutcome> answer = new CompletableFuture<>();
        partition.stop(placed -> placed.log().delete());
        partition.produce(batch("x"), Acks.ALL, OptionalInt.empty(), 10_000, answer::complete);
        assertThat(((ProduceOutcome.Refused) answer.get(10, TimeUnit.SECONDS)).reason())
                .isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
    }

    @Test
    void aNewLeaderDoesNotSayThatNoRecordIsSoYoung() throws Exception {
        log.appendAsLeader(batch("of an earlier leadership"), 0);
        lead(List.of(1, 2));
        produce(Acks.LEADER, () -> null);
        assertThat(partition.offsetForTimestamp(TIMESTAMP_MS))
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
        builder.add(TIMESTAMP_MS, null, ByteBuffer.allocate(1), List.of());
        return builder.buildTransactional(7, (short) 0, 0);
    }

    private static ByteBuffer marker() {
        return ControlRecords.endTransaction(ControlRecords.Type.COMMIT, 7, (short) 0, 0, TIMESTAMP_MS);
    }

    /** And waits until the event loop has done what follows from it. */
    private void retain() {
        partition.retain(TIMESTAMP_MS);
        partition.describe().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Test
    void replicaTellsWhatItHolds() throws Exception { // M9
        lead(List.of(1));
        produce(Acks.ALL, () -> null);
        var held = partition.held().get(10, TimeUnit.SECONDS).orElseThrow();
        assertThat(held).isEqualTo(new HeldLog(id, 0, OptionalInt.of(0), log.endOffset(), log.endOffset()));
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

    /** There is nobody to send to. */
    private static final class NoTransport implements ReplicaTransport {
        @Override
        public void send(TopicPartition partition, Effect.SendAttach effect) {}

        @Override
        public void send(TopicPartition partition, Effect.SendAck effect) {}

        @Override
        public void send(TopicPartition partition, Effect.SendDetach effect) {}

        @Override
        public void send(TopicPartition partition, Effect.SendAttached effect) {}

        @Override
        public void send(TopicPartition partition, Effect.SendDiverged effect) {}

        @Override
        public void send(TopicPartition partition, Effect.SendRefused effect) {}

        @Override
        public void send(TopicPartition partition, Effect.SendReset effect, Supplier<LogStart> read) {}

        @Override
        public CompletableFuture<DigestAnswer> digest(int follower, TopicPartition partition, DigestQuestion question) {
            return CompletableFuture.completedFuture(DigestAnswer.refused(DigestAnswer.Reason.UNREACHABLE));
        }

        @Override
        public void push(TopicPartition partition, Effect.PushTo effect, Supplier<LogSlice> read, PushListener sent) {}
    }
}
