package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that gives up its oldest records, or all of them. */
class LogStartTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL =
            LogConfig.defaults().withSegmentBytes(1024).withIndexIntervalBytes(200);
    private static final long END = Long.MAX_VALUE;

    @TempDir
    Path root;

    private WatchedDisk disk;
    private PartitionLog log;

    @BeforeEach
    void openLog() {
        disk = new WatchedDisk(new FileDisk(root));
        log = open();
    }

    @AfterEach
    void closeLog() {
        disk.unwatched();
        log.close();
    }

    @Test
    void raisedLogStartHidesWhatIsBelowAtOnce() {
        append(40);
        long second = bases().get(1);
        log.raiseLogStart(second + 1);
        assertThat(log.logStartOffset()).isEqualTo(second + 1);
        assertThatThrownBy(() -> log.read(second, 100, END)).isInstanceOf(OffsetOutOfRangeException.class);
        // The batch that holds the offset comes whole.
        assertThat(log.read(second + 1, 100, END).startOffset()).isEqualTo(second + 1);
        assertThat(log.sizeInBytes()).isLessThan(1024 * bases().size() - 900);
    }

    @Test
    void filesBelowTheLogStartGoWithTheNextCheckpoint() {
        append(40);
        List<Long> bases = bases();
        log.raiseLogStart(bases.get(2) + 1);
        assertThat(bases()).isEqualTo(bases);
        log.checkpoint();
        assertThat(bases()).isEqualTo(bases.subList(2, bases.size()));
    }

    /** A replica may hear of a log start before it has closed the segment below it. */
    @Test
    void segmentThatTheLogStartHadPassedGoesOnceItIsClosed() {
        append(3);
        log.raiseLogStart(3);
        log.checkpoint();
        assertThat(bases()).containsExactly(0L);
        log.rollIfDue(0);
        assertThat(log.rollIfDue(Long.MAX_VALUE)).isTrue();
        log.checkpoint();
        assertThat(bases()).containsExactly(3L);
    }

    /** Rule R15. */
    @Test
    void logStartIsOnDiskBeforeTheFirstFileBelowItGoes() {
        append(40);
        long start = bases().get(2) + 1;
        List<Long> notedAtDeletion = new ArrayList<>();
        disk.before((verb, path) -> {
            if (verb.equals("delete") && path.endsWith(LogDirectory.LOG)) {
                notedAtDeletion.add(noted().logStartOffset());
            }
        });
        log.raiseLogStart(start);
        log.checkpoint();
        assertThat(notedAtDeletion).containsOnly(start).hasSize(2);
    }

    /** Found by crash enumeration: a tear in a segment given up, but not yet on disk, would have cut all behind it. */
    @Test
    void flushMakesSegmentsDurableThatWereGivenUpMeanwhile() {
        append(40);
        int segments = bases().size();
        List<String> forced = new ArrayList<>();
        disk.before((verb, path) -> {
            if (verb.equals("force") && path.endsWith(LogDirectory.LOG)) {
                forced.add(path);
            }
        });
        log.raiseLogStart(bases().get(2));
        log.flush();
        assertThat(forced).hasSize(segments).contains("t-0/00000000000000000000.log");
    }

    /** Found by the model: a segment that was given up, and whose file was still there, came back as the new one. */
    @Test
    void resetBelowTheLogStartLeavesNothingOfTheSegmentsGivenUp() {
        append(40);
        long second = bases().get(1);
        log.raiseLogStart(40);

        log.resetTo(second, LeaderEpochIndex.empty(), ByteBuffer.allocate(0));
        assertThat(bases()).containsExactly(second);
        assertThat(log.sizeInBytes()).isZero();

        log.appendAsLeader(Batches.of(1_000, "new"), 1);
        log.checkpoint();
        log.close();
        log = open();
        assertThat(log.endOffset()).isEqualTo(second + 1);
    }

    @Test
    void timeLookUpStartsAtTheLogStart() {
        append(10);
        log.raiseLogStart(4);
        assertThat(log.offsetForTimestamp(0)).map(TimestampOffset::offset).contains(4L);
    }

    @Test
    void recoveryPointIsNeverBelowTheLogStart() {
        append(40);
        log.raiseLogStart(40);
        log.checkpoint();
        assertThat(log.flushedOffset()).isEqualTo(40);
        assertThat(noted().recoveryPoint()).isEqualTo(40);
    }

    @Test
    void logStartSurvivesACrashAndFilesLeftBelowItGo() {
        append(40);
        long start = bases().get(2) + 1;
        byte[] first = disk.readSmall("t-0/00000000000000000000.log", 2000);
        log.raiseLogStart(start);
        log.flush();
        log.checkpoint();
        disk.writeAtomically("t-0/00000000000000000000.log", first);
        PartitionLog again = open();
        assertThat(again.logStartOffset()).isEqualTo(start);
        assertThat(again.endOffset()).isEqualTo(40);
        assertThat(bases().get(0)).isEqualTo(start - 1);
        assertThat(again.epochs().entries().get(0)).isEqualTo(new EpochEntry((int) start / 10, start));
        again.close();
    }

    @Test
    void segmentThatVanishedAtTheLogStartIsDamage() {
        append(40);
        log.raiseLogStart(bases().get(1));
        log.close();
        disk.delete("t-0/" + String.format("%020d.log", bases().get(0)));
        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("the first segment begins at");
    }

    @Test
    void epochsBelowTheLogStartAreDroppedAndItsOwnBeginsThere() {
        append(40);
        log.raiseLogStart(15);
        assertThat(log.epochs().entries())
                .containsExactly(new EpochEntry(1, 15), new EpochEntry(2, 20), new EpochEntry(3, 30));
        assertThat(log.endOf(0)).isEqualTo(new EpochEnd(0, 15));
        reopen();
        assertThat(log.epochs().entries())
                .containsExactly(new EpochEntry(1, 15), new EpochEntry(2, 20), new EpochEntry(3, 30));
    }

    @Test
    void logStartNeverFallsAndNeverPassesTheEnd() {
        append(10);
        log.raiseLogStart(5);
        log.raiseLogStart(3);
        assertThat(log.logStartOffset()).isEqualTo(5);
        assertThatThrownBy(() -> log.raiseLogStart(11)).isInstanceOf(IllegalArgumentException.class);
        log.raiseLogStart(10);
        assertThat(log.read(10, 100, END).isEmpty()).isTrue();
    }

    /** Rule D6: what is known of a producer outlives its records. */
    @Test
    void producersAreRememberedWhenTheirSegmentsAreGone() {
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 0);
        append(60);
        log.raiseLogStart(bases().get(bases().size() - 1));
        log.flush();
        log.checkpoint();
        assertThat(bases()).hasSize(1);
        assertDuplicateOfSeven(log);
        // After a clean stop, after a crash, after a truncation.
        reopen();
        assertDuplicateOfSeven(log);
        log.appendAsLeader(Batches.of(1, "x"), 9);
        PartitionLog crashed = open();
        assertDuplicateOfSeven(crashed);
        crashed.truncateTo(crashed.logStartOffset());
        assertDuplicateOfSeven(crashed);
        crashed.close();
    }

    /** Rule D6, with many segments behind the first that is left. */
    @Test
    void producersAtTheLogStartCanBeTold() {
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 0);
        append(60);
        log.appendAsLeader(Batches.ofProducer(8, 0, 0, "q"), 9);
        log.flush();
        log.raiseLogStart(bases().get(2) + 1);
        log.checkpoint();
        PartitionLog follower = PartitionLog.open(disk, "copy-0", TOPIC, SMALL);
        long start = log.logStartOffset();

        follower.resetTo(start, log.epochs(), log.producerSnapshotAt(start));

        assertDuplicateOfSeven(follower);
        assertThat(follower.producers().size()).isEqualTo(1);
        while (follower.endOffset() < log.endOffset()) {
            follower.appendAsFollower(log.read(follower.endOffset(), 500, END).bytes());
        }
        assertThat(follower.producers().size()).isEqualTo(2);
        assertThat(follower.epochs()).isEqualTo(log.epochs());
        follower.close();
    }

    /** Found by crash enumeration (seed 160): the snapshot at the new first segment waits for a flush. */
    @Test
    void producersCanBeToldBeforeTheirSnapshotIsWritten() {
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 0);
        append(60);
        log.raiseLogStart(bases().get(2));
        PartitionLog follower = PartitionLog.open(disk, "copy-0", TOPIC, SMALL);
        follower.resetTo(61, log.epochs(), log.producerSnapshotAt(61));
        assertDuplicateOfSeven(follower);
        follower.close();
    }

    @Test
    void resetKeepsEpochsAndProducersAcrossACrash() {
        append(30);
        PartitionLog leader = PartitionLog.open(disk, "leader-0", TOPIC, SMALL);
        leader.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 2);
        for (int i = 1; i < 50; i++) {
            leader.appendAsLeader(Batches.of(1, "v" + i), 3);
        }
        log.resetTo(50, leader.epochs(), leader.producerSnapshotAt(50));
        assertThat(log.logStartOffset()).isEqualTo(50);
        assertThat(log.endOffset()).isEqualTo(50);
        assertThat(log.highWatermarkHint()).isZero();
        assertThat(log.epochs().entries()).containsExactly(new EpochEntry(3, 50));
        PartitionLog again = open();
        assertThat(again.logStartOffset()).isEqualTo(50);
        assertThat(again.endOffset()).isEqualTo(50);
        assertThat(again.highWatermarkHint()).isEqualTo(50);
        assertThat(again.producers().check(Batches.header(Batches.ofProducer(7, 0, 0, "p"))))
                .isEqualTo(new ProducerCheck.Duplicate(0, 0));
        again.close();
        leader.close();
    }

    /** Found by crash enumeration: whatever of a reset a power cut lets happen, the next open ends it. */
    @Test
    void interruptedResetIsEndedByTheNextOpen() {
        append(40);
        log.flush();
        disk.before((verb, path) -> {
            if (verb.equals("delete") && path.endsWith(LogDirectory.LOG)) {
                throw new IllegalStateException("the power goes");
            }
        });
        assertThatThrownBy(() -> log.resetTo(500, LeaderEpochIndex.empty(), ByteBuffer.allocate(0)))
                .hasMessage("the power goes");
        disk.unwatched();
        PartitionLog again = open();
        assertThat(again.logStartOffset()).isEqualTo(500);
        assertThat(again.endOffset()).isEqualTo(500);
        assertThat(again.epochs().latestEpoch()).isEmpty();
        assertThat(bases()).containsExactly(500L);
        again.close();
    }

    /** Found by crash enumeration (seed 125): the old log ends right where the new one starts. */
    @Test
    void interruptedResetForgetsTheProducersOfTheOldLogForGood() {
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 0);
        log.flush();
        disk.before((verb, path) -> {
            if (verb.equals("delete") && path.endsWith(LogDirectory.LOG)) {
                throw new IllegalStateException("the power goes");
            }
        });
        assertThatThrownBy(() -> log.resetTo(1, LeaderEpochIndex.empty(), ByteBuffer.allocate(0)))
                .hasMessage("the power goes");
        disk.unwatched();
        try (PartitionLog again = open()) {
            assertThat(again.producers().size()).isZero();
            again.appendAsLeader(Batches.ofProducer(8, 0, 0, "q"), 9);
            again.flush();
        }
        disk.delete("t-0/00000000000000000002.snapshot");
        try (PartitionLog crashed = open()) {
            assertThat(crashed.producers().size()).isEqualTo(1);
        }
    }

    /** Found by crash enumeration (seed 13). */
    @Test
    void cutOfTheBatchThatHoldsTheLogStartTakesTheLogStartWithIt() {
        append(2);
        log.appendAsLeader(Batches.of(1000, "a", "b", "c"), 0);
        log.raiseLogStart(3);
        log.flush();
        log.checkpoint();
        log.truncateTo(4);
        assertThat(log.endOffset()).isEqualTo(2);
        assertThat(log.logStartOffset()).isEqualTo(2);
        try (PartitionLog again = open()) {
            assertThat(again.endOffset()).isEqualTo(2);
            assertThat(again.logStartOffset()).isEqualTo(2);
            again.appendAsLeader(Batches.of(1000, "d"), 1);
            assertThat(again.read(2, 100, END).startOffset()).isEqualTo(2);
        }
    }

    @Test
    void resetRefusesASnapshotOfAnotherOffset() {
        append(10);
        ByteBuffer snapshot = log.producerSnapshotAt(5);
        assertThatThrownBy(() -> log.resetTo(6, LeaderEpochIndex.empty(), snapshot))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(log.endOffset()).isEqualTo(10);
    }

    @Test
    void segmentIsClosedOnceItsFirstBatchIsOldEnough() {
        log.configure(SMALL.withSegmentMillis(100));
        assertThat(log.rollIfDue(5000)).isFalse();
        assertThat(log.millisToRoll(5000)).isEqualTo(Long.MAX_VALUE);
        append(1);
        assertThat(log.millisToRoll(5900)).isZero();
        assertThat(log.rollIfDue(6000)).isFalse();
        append(1);
        assertThat(log.millisToRoll(6030)).isEqualTo(70);
        assertThat(log.rollIfDue(6099)).isFalse();
        assertThat(log.millisToRoll(6200)).isZero();
        assertThat(log.rollIfDue(6100)).isTrue();
        assertThat(log.millisToRoll(6100)).isEqualTo(Long.MAX_VALUE);
        assertThat(bases()).containsExactly(0L, 2L);
        assertThat(log.rollIfDue(9000)).isFalse();
        assertThat(log.appendAsLeader(Batches.of(1, "x"), 9).rolled()).isTrue();
    }

    @Test
    void firstTimestampStandsForTheTimeOfTheAppendAfterARestart() {
        log.appendAsLeader(Batches.of(1000, "a"), 0);
        reopen();
        log.configure(SMALL.withSegmentMillis(100));
        assertThat(log.rollIfDue(1099)).isFalse();
        assertThat(log.rollIfDue(1100)).isTrue();
    }

    @Test
    void highWatermarkIsRememberedAsAHint() {
        append(20);
        log.noteHighWatermark(12);
        log.flush();
        log.checkpoint();
        log.truncateTo(10);
        PartitionLog again = open();
        assertThat(again.highWatermarkHint()).isEqualTo(10);
        again.raiseLogStart(3);
        again.close();
        again = open();
        assertThat(again.highWatermarkHint()).isEqualTo(10);
        again.noteHighWatermark(4);
        again.raiseLogStart(8);
        again.close();
        again = open();
        assertThat(again.highWatermarkHint()).isEqualTo(8);
        again.close();
    }

    private static void assertDuplicateOfSeven(PartitionLog log) {
        assertThat(log.producers().check(Batches.header(Batches.ofProducer(7, 0, 0, "p"))))
                .isEqualTo(new ProducerCheck.Duplicate(0, 0));
    }

    /** A new epoch every ten records. */
    private void append(int count) {
        for (int i = 0; i < count; i++) {
            log.appendAsLeader(Batches.of(1000 + i, "v" + i), (int) (log.endOffset() / 10));
        }
    }

    private List<Long> bases() {
        return new LogDirectory(disk, "t-0").offsetsWith(LogDirectory.LOG);
    }

    private OffsetCheckpoint noted() {
        return new LogCheckpoints(new LogDirectory(disk, "t-0")).readOffsets().orElseThrow();
    }

    private PartitionLog open() {
        return PartitionLog.open(disk, "t-0", TOPIC, SMALL);
    }

    private void reopen() {
        log.close();
        log = open();
    }
}
