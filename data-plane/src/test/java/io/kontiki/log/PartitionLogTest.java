package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.record.ControlRecords;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.Disk;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL = LogConfig.defaults()
            .withSegmentBytes(1024)
            .withIndexIntervalBytes(200)
            .withMaxProducerIds(100);
    private static final long END = Long.MAX_VALUE;

    @TempDir
    Path root;

    private Disk disk;
    private PartitionLog log;

    @BeforeEach
    void openLog() {
        disk = new FileDisk(root);
        log = PartitionLog.open(disk, "orders-0", TOPIC, SMALL);
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void newLogIsEmpty() {
        assertThat(log.logStartOffset()).isZero();
        assertThat(log.endOffset()).isZero();
        assertThat(log.epochs().latestEpoch()).isEmpty();
        assertThat(log.read(0, 100, END).isEmpty()).isTrue();
    }

    @Test
    void leaderStampsOffsetsAndEpoch() {
        log.appendAsLeader(Batches.of(5, "a", "b"), 3);
        AppendInfo second = log.appendAsLeader(Batches.of(6, "c"), 4);

        assertThat(second.baseOffset()).isEqualTo(2);
        assertThat(second.lastOffset()).isEqualTo(2);
        assertThat(values(log.read(0, 1 << 20, END))).containsExactly("0=a", "1=b", "2=c");
        assertThat(log.epochs().entries()).containsExactly(new EpochEntry(3, 0), new EpochEntry(4, 2));
        for (RecordBatch batch : RecordBatches.of(log.read(0, 1 << 20, END).bytes())) {
            batch.ensureValidChecksum();
        }
    }

    @Test
    void appendLeavesTheGivenBufferAsItWas() {
        ByteBuffer batch = Batches.of(5, "a");
        ByteBuffer before = ByteBuffer.wrap(batch.array().clone()).limit(batch.limit());
        log.appendAsLeader(batch, 0);
        assertThat(batch).isEqualTo(before);
    }

    @Test
    void rollsBeforeASegmentOutgrowsItsLimit() {
        appendMany(200);
        List<String> segments = disk.list("orders-0").stream()
                .filter(name -> name.endsWith(".log"))
                .toList();
        assertThat(segments).hasSizeGreaterThan(5);
        for (String segment : segments) {
            assertThat(root.resolve("orders-0").resolve(segment).toFile().length())
                    .isLessThanOrEqualTo(1024);
        }
        assertThat(readAll(log)).hasSize(200).startsWith("0=v0").endsWith("199=v199");
    }

    @Test
    void readReturnsOneBatchHoweverSmallTheLimit() {
        log.appendAsLeader(Batches.of(5, "a", "b"), 0);
        log.appendAsLeader(Batches.of(5, "c"), 0);
        LogSlice slice = log.read(1, 1, END);
        assertThat(values(slice)).containsExactly("0=a", "1=b");
        assertThat(slice.startOffset()).isZero();
        assertThat(slice.endOffset()).isEqualTo(2);
    }

    @Test
    void readStopsBelowItsBound() {
        log.appendAsLeader(Batches.of(5, "a", "b"), 0);
        log.appendAsLeader(Batches.of(5, "c", "d"), 0);
        assertThat(values(log.read(0, 1 << 20, 3))).containsExactly("0=a", "1=b");
        assertThat(log.read(2, 1 << 20, 3).isEmpty()).isTrue();
        assertThat(log.read(3, 1 << 20, 2).isEmpty()).isTrue();
    }

    @Test
    void readOutsideTheLogIsRefused() {
        log.appendAsLeader(Batches.of(5, "a"), 0);
        assertThat(log.read(1, 100, END).isEmpty()).isTrue();
        assertThatThrownBy(() -> log.read(2, 100, END))
                .isInstanceOf(OffsetOutOfRangeException.class)
                .hasMessageContaining("offset 2 is outside 0 to 1");
        assertThatThrownBy(() -> log.read(-1, 100, END)).isInstanceOf(OffsetOutOfRangeException.class);
    }

    @Test
    void everyOffsetIsFoundFromItsIndex() {
        appendMany(300);
        log.flush();
        for (int offset = 0; offset < 300; offset++) {
            LogSlice slice = log.read(offset, 1, END);
            assertThat(slice.startOffset()).isLessThanOrEqualTo(offset);
            assertThat(slice.endOffset()).isGreaterThan(offset);
        }
    }

    @Test
    void flushTellsWhatIsDurable() {
        appendMany(50);
        assertThat(log.flushedOffset()).isZero();
        assertThat(log.flush()).isEqualTo(50);
        assertThat(log.flushedOffset()).isEqualTo(50);
    }

    @Test
    void followerLogEqualsItsLeaders() {
        appendMany(100);
        PartitionLog follower = PartitionLog.open(disk, "copy-0", TOPIC, SMALL.withSegmentBytes(2048));
        while (follower.endOffset() < 100) {
            follower.appendAsFollower(log.read(follower.endOffset(), 700, END).bytes());
        }
        assertThat(readAll(follower)).isEqualTo(readAll(log));
        assertThat(follower.epochs()).isEqualTo(log.epochs());
        follower.close();
    }

    @Test
    void followerAppendsAllOrNothing() {
        ByteBuffer good = Batches.stamped(Batches.of(5, "a"), 0, 2);
        ByteBuffer again = Batches.stamped(Batches.of(5, "b"), 0, 2);
        ByteBuffer older = Batches.stamped(Batches.of(5, "b"), 1, 1);
        ByteBuffer broken = Batches.stamped(Batches.of(5, "b"), 1, 2);
        broken.put(broken.limit() - 1, (byte) 99);

        assertThatThrownBy(() -> log.appendAsFollower(Batches.concat(good, again)))
                .isInstanceOf(AppendMismatchException.class)
                .hasMessageContaining("base offset is 0, expected 1 or above");
        assertThatThrownBy(() -> log.appendAsFollower(Batches.concat(good, older)))
                .isInstanceOf(AppendMismatchException.class)
                .hasMessageContaining("leader epoch is 1, expected 2 or above");
        assertThatThrownBy(() -> log.appendAsFollower(Batches.concat(good, broken)))
                .isInstanceOf(InvalidBatchException.class);
        assertThat(log.endOffset()).isZero();
        assertThat(log.isFailed()).isFalse();
    }

    @Test
    void truncationCutsBatchesEpochsAndProducers() {
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "a", "b"), 1);
        log.appendAsLeader(Batches.ofProducer(7, 0, 2, "c"), 2);
        log.appendAsLeader(Batches.ofProducer(8, 0, 0, "d"), 3);
        log.flush();

        log.truncateTo(2);

        assertThat(log.endOffset()).isEqualTo(2);
        assertThat(log.flushedOffset()).isEqualTo(2);
        assertThat(log.epochs().entries()).containsExactly(new EpochEntry(1, 0));
        assertThat(log.producers().check(header(7, 0, 2))).isEqualTo(new ProducerCheck.New());
        assertThat(log.producers().size()).isEqualTo(1);
        log.appendAsLeader(Batches.of(5, "x"), 4);
        assertThat(readAll(log)).containsExactly("0=a", "1=b", "2=x");
    }

    @Test
    void truncationDropsWholeSegmentsAndLaterAppendsGoOn() {
        appendMany(200);
        log.flush();
        log.truncateTo(37);
        assertThat(readAll(log)).hasSize(37);
        for (int i = 37; i < 120; i++) {
            log.appendAsLeader(Batches.of(i, "n" + i), 9);
        }
        assertThat(readAll(log)).hasSize(120).contains("36=v36", "37=n37").endsWith("119=n119");
        reopen();
        assertThat(readAll(log)).hasSize(120).contains("36=v36", "37=n37").endsWith("119=n119");
    }

    @Test
    void truncationIntoABatchCutsTheWholeBatch() {
        log.appendAsLeader(Batches.of(5, "a"), 0);
        log.appendAsLeader(Batches.of(5, "b", "c", "d"), 0);
        log.truncateTo(3);
        assertThat(log.endOffset()).isEqualTo(1);
    }

    @Test
    void truncationAtTheEndDropsEpochsWithoutBatches() {
        log.appendAsLeader(Batches.of(5, "a"), 0);
        log.beginEpoch(4);
        assertThat(log.epochs().latestEpoch()).hasValue(4);
        log.truncateTo(1);
        assertThat(log.epochs().latestEpoch()).hasValue(0);
        assertThat(log.endOffset()).isEqualTo(1);
    }

    @Test
    void resetGoesOnAtAnOffset() {
        appendMany(100);
        log.flush();
        log.resetTo(5000, LeaderEpochIndex.empty(), ByteBuffer.allocate(0));
        assertThat(log.logStartOffset()).isEqualTo(5000);
        assertThat(log.endOffset()).isEqualTo(5000);
        assertThat(log.epochs().latestEpoch()).isEmpty();
        log.appendAsFollower(Batches.stamped(Batches.of(1, "a"), 5000, 7));
        reopen();
        assertThat(readAll(log)).containsExactly("5000=a");
    }

    @Test
    void reopenedLogIsTheSame() {
        appendMany(150);
        log.appendAsLeader(Batches.ofProducer(7, 1, 0, "p"), 6);
        List<String> before = readAll(log);
        LeaderEpochIndex epochs = log.epochs();
        reopen();
        assertThat(readAll(log)).isEqualTo(before);
        assertThat(log.epochs()).isEqualTo(epochs);
        assertThat(log.flushedOffset()).isEqualTo(151);
        assertThat(log.recovery().hasCut()).isFalse();
        assertThat(log.recovery().rebuiltIndexes()).isZero();
        assertThat(log.producers().check(header(7, 1, 0))).isEqualTo(new ProducerCheck.Duplicate(150, 150));
    }

    @Test
    void producersOfClosedSegmentsSurviveAReopen() {
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 0);
        appendMany(100);
        reopen();
        assertThat(log.producers().check(header(7, 0, 0))).isEqualTo(new ProducerCheck.Duplicate(0, 0));
        for (String name : disk.list("orders-0")) {
            if (name.endsWith(".snapshot") || name.equals("leader-epoch-checkpoint")) {
                disk.delete("orders-0/" + name);
            }
        }
        LeaderEpochIndex epochs = log.epochs();
        reopen();
        assertThat(log.producers().check(header(7, 0, 0))).isEqualTo(new ProducerCheck.Duplicate(0, 0));
        assertThat(log.epochs()).isEqualTo(epochs);
    }

    @Test
    void missingAndBadIndexesAreRebuilt() {
        appendMany(150);
        log.close();
        List<String> indexes = disk.list("orders-0").stream()
                .filter(name -> name.endsWith("index"))
                .toList();
        disk.delete("orders-0/" + indexes.get(0));
        disk.writeAtomically("orders-0/" + indexes.get(2), new byte[] {1, 2, 3});
        disk.writeAtomically(
                "orders-0/" + indexes.get(4),
                "garbage, 16 bytes".substring(0, 16).getBytes(StandardCharsets.UTF_8));
        log = PartitionLog.open(disk, "orders-0", TOPIC, SMALL);
        assertThat(log.recovery().rebuiltIndexes()).isEqualTo(3);
        assertThat(readAll(log)).hasSize(150);
        assertThat(log.offsetForTimestamp(1007)).contains(new TimestampOffset(1007, 7, 0));
    }

    @Test
    void firstRecordNotOlderIsFoundByTime() {
        log.appendAsLeader(Batches.of(100, "a", "b"), 0);
        log.appendAsLeader(Batches.of(90, "c"), 0);
        log.appendAsLeader(Batches.of(200, "d"), 1);
        assertThat(log.offsetForTimestamp(0)).contains(new TimestampOffset(100, 0, 0));
        assertThat(log.offsetForTimestamp(100)).contains(new TimestampOffset(100, 0, 0));
        assertThat(log.offsetForTimestamp(101)).contains(new TimestampOffset(200, 3, 1));
        assertThat(log.offsetForTimestamp(201)).isEmpty();
    }

    @Test
    void timesAreFoundByOffsetAcrossSegmentsAndOverControlRecords() {
        appendMany(300);
        for (int i = 0; i < 300; i += 7) {
            assertThat(log.timestampFrom(i)).hasValue(1000 + i);
        }
        assertThat(log.timestampFrom(300)).isEmpty();
        log.appendAsLeader(ControlRecords.leaderChange(1, List.of(1), List.of(1), 5), 9);
        assertThat(log.timestampFrom(300)).isEmpty();
        log.appendAsLeader(Batches.of(7, "a", "b"), 9);
        assertThat(log.timestampFrom(300)).hasValue(7);
        assertThat(log.timestampFrom(302)).hasValue(7);
        log.raiseLogStart(301);
        assertThat(log.timestampFrom(0)).hasValue(7);
    }

    @Test
    void timeLookupWorksAcrossSegmentsAndReopens() {
        appendMany(300);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 300; i += 7) {
                assertThat(log.offsetForTimestamp(1000 + i)).contains(new TimestampOffset(1000 + i, i, i / 50));
            }
            reopen();
        }
    }

    @Test
    void anotherTopicsDirectoryIsRefused() {
        log.close();
        assertThatThrownBy(() -> PartitionLog.open(disk, "orders-0", new UUID(9, 9), SMALL))
                .isInstanceOf(ForeignLogException.class);
    }

    @Test
    void deletedLogLeavesNothing() {
        appendMany(100);
        log.delete();
        assertThat(disk.list("")).isEmpty();
        assertThat(log.flush()).isNotNegative();
        assertThatThrownBy(() -> log.appendAsLeader(Batches.of(1, "a"), 9)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void olderEpochsAreRefused() {
        log.appendAsLeader(Batches.of(1, "a"), 5);
        assertThatThrownBy(() -> log.appendAsLeader(Batches.of(1, "a"), 4)).hasMessageContaining("4 is below");
        assertThatThrownBy(() -> log.beginEpoch(4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readersBesideTheWriterSeeWholeBatchesInOrder() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Long> reader = CompletableFuture.supplyAsync(() -> {
            long next = 0;
            while (!done.get() || next < log.endOffset()) {
                LogSlice slice = log.read(next, 500, END);
                for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                    batch.ensureValidChecksum();
                    assertThat(batch.baseOffset()).isEqualTo(next);
                    next = batch.nextOffset();
                }
                log.offsetForTimestamp(1000 + next / 2);
            }
            return next;
        });
        CompletableFuture<Void> flusher = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                assertThat(log.flush()).isLessThanOrEqualTo(log.endOffset());
            }
        });
        appendMany(3000);
        done.set(true);
        assertThat(reader.get()).isEqualTo(3000);
        flusher.get();
    }

    /** One record each: value v0, v1, ... at ms 1000, 1001, ...; a new epoch every 50. */
    private void appendMany(int count) {
        long first = log.endOffset();
        for (int i = 0; i < count; i++) {
            log.appendAsLeader(Batches.of(1000 + i, "v" + (first + i)), i / 50);
        }
    }

    private void reopen() {
        log.close();
        log = PartitionLog.open(disk, "orders-0", TOPIC, SMALL);
    }

    private static io.kontiki.record.BatchHeader header(long producerId, int epoch, int sequence) {
        return Batches.header(Batches.ofProducer(producerId, epoch, sequence, "p"));
    }

    static List<String> readAll(PartitionLog log) {
        List<String> all = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < log.endOffset()) {
            LogSlice slice = log.read(next, 300, END);
            all.addAll(values(slice));
            next = slice.endOffset();
        }
        return all;
    }

    private static List<String> values(LogSlice slice) {
        List<String> values = new ArrayList<>();
        for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
            for (Record next : batch) {
                values.add(next.offset() + "=" + StandardCharsets.UTF_8.decode(next.value()));
            }
        }
        return values;
    }
}
