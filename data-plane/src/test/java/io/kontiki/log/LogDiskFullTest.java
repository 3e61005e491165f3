package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.NoDescriptorsException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule R11: a full disk refuses, and the log goes on when there is room again. */
class LogDiskFullTest {
    private static final LogConfig SMALL = LogConfig.defaults().withSegmentBytes(1024);

    @TempDir
    Path root;

    private WatchedDisk disk;
    private PartitionLog log;

    @BeforeEach
    void openLog() {
        disk = new WatchedDisk(new FileDisk(root));
        log = PartitionLog.open(disk, "t-0", new UUID(1, 2), SMALL);
    }

    @AfterEach
    void closeLog() {
        disk.unwatched();
        log.close();
    }

    @Test
    void refusedAppendLeavesTheLogAsItWas() {
        append(3);
        full("append", ".log");
        assertThatThrownBy(() -> append(1)).isInstanceOf(DiskFullException.class);
        assertThat(log.endOffset()).isEqualTo(3);
        assertThat(log.isFailed()).isFalse();
        disk.unwatched();
        append(2);
        assertGoesOn(5);
    }

    @Test
    void refusedRollLeavesTheSegmentOpenForLater() {
        fillSegment();
        long end = log.endOffset();
        full("create", ".log");
        assertThatThrownBy(() -> append(1)).isInstanceOf(DiskFullException.class);
        assertThat(log.endOffset()).isEqualTo(end);
        assertThat(segments()).isEqualTo(1);
        disk.unwatched();
        append(1);
        assertThat(segments()).isEqualTo(2);
        assertGoesOn(end + 1);
    }

    @Test
    void appendRefusedAfterARollTellsOfTheRollLater() {
        fillSegment();
        long end = log.endOffset();
        full("append", ".log");
        assertThatThrownBy(() -> append(1)).isInstanceOf(DiskFullException.class);
        assertThat(log.endOffset()).isEqualTo(end);
        disk.unwatched();
        assertThat(log.appendAsLeader(Batches.of(1, "x"), 0).rolled()).isTrue();
        assertGoesOn(end + 1);
    }

    @Test
    void followersAppendEndsBehindTheLastBatchThatFitted() {
        fillSegment();
        long end = log.endOffset();
        log.truncateTo(end - 1);
        ByteBuffer two = Batches.concat(
                Batches.stamped(Batches.of(1, "v" + (end - 1)), end - 1, 0),
                Batches.stamped(Batches.of(1, "v" + end), end, 0));
        full("create", ".log");
        assertThatThrownBy(() -> log.appendAsFollower(two)).isInstanceOf(DiskFullException.class);
        assertThat(log.endOffset()).isEqualTo(end);
        disk.unwatched();
        assertGoesOn(end);
    }

    @Test
    void checkpointWaitsForRoom() {
        fillSegment();
        append(1);
        log.raiseLogStart(log.endOffset() - 1);
        full("append", ".tmp");
        assertThatThrownBy(log::checkpoint).isInstanceOf(DiskFullException.class);
        assertThat(log.flush()).isEqualTo(log.endOffset());
        assertThat(log.isFailed()).isFalse();
        disk.unwatched();
        log.checkpoint();
        assertThat(segments()).isEqualTo(1);
        assertThat(disk.list("t-0").stream().filter(name -> name.endsWith(".snapshot")))
                .hasSize(1);
    }

    @Test
    void flushThatFindsNoRoomIsAFailure() {
        append(1);
        full("force", ".log");
        assertThatThrownBy(log::flush).isInstanceOf(LogFailedException.class);
        assertThat(log.isFailed()).isTrue();
    }

    @Test
    void refusedTruncationLeavesTheLogAsItWas() {
        append(5);
        log.flush();
        log.checkpoint();
        full("append", ".tmp");
        assertThatThrownBy(() -> log.truncateTo(2)).isInstanceOf(DiskFullException.class);
        assertThat(log.isFailed()).isFalse();
        assertThat(log.endOffset()).isEqualTo(5);
        assertThat(PartitionLogTest.readAll(log)).hasSize(5);
        disk.unwatched();
        log.truncateTo(2);
        assertGoesOn(2);
    }

    @Test
    void whatIsNotedAfterATruncationMayWaitForRoom() {
        append(2);
        log.beginEpoch(3);
        log.appendAsLeader(Batches.of(1000, "v2"), 3);
        log.flush();
        log.checkpoint();
        full("append", "leader-epoch-checkpoint.tmp");
        log.truncateTo(2);
        assertThat(log.isFailed()).isFalse();
        assertThat(log.epochs().latestEpoch()).hasValue(0);
        log.appendAsLeader(Batches.of(1000, "v2"), 4);
        disk.unwatched();
        assertGoesOn(3);
        assertThat(log.epochs().latestEpoch()).hasValue(4);
        assertThat(log.epochs().epochAt(1)).hasValue(0);
    }

    @Test
    void refusedResetLeavesTheLogAsItWas() {
        append(3);
        ByteBuffer noProducers = ByteBuffer.allocate(0);
        for (String file : List.of(".snapshot.tmp", "offset-checkpoint.tmp")) {
            full("append", file);
            assertThatThrownBy(() -> log.resetTo(9, LeaderEpochIndex.empty(), noProducers))
                    .as(file)
                    .isInstanceOf(DiskFullException.class);
            assertThat(log.isFailed()).isFalse();
            assertThat(PartitionLogTest.readAll(log)).hasSize(3);
        }
        full("append", "leader-epoch-checkpoint.tmp");
        log.resetTo(9, LeaderEpochIndex.empty().with(2, 5), noProducers);
        assertThat(log.isFailed()).isFalse();
        assertThat(log.logStartOffset()).isEqualTo(9);
        assertThat(log.endOffset()).isEqualTo(9);
    }

    @Test
    void truncationThatCannotBeForcedIsAFailure() {
        append(5);
        full("force", ".log");
        assertThatThrownBy(() -> log.truncateTo(2)).isInstanceOf(LogFailedException.class);
        assertThat(log.isFailed()).isTrue();
    }

    @Test
    void logOpensAfterACrashOnAFullDisk() {
        fillSegment();
        append(2);
        log.flush();
        long end = log.endOffset();
        full("append", "");
        PartitionLog again = PartitionLog.open(disk, "t-0", new UUID(1, 2), SMALL);
        assertThat(again.recovery().hasCut()).isFalse();
        assertThat(PartitionLogTest.readAll(again)).hasSize((int) end);
        assertThat(again.isFailed()).isFalse();
        disk.unwatched();
        again.checkpoint();
        again.close();
        assertGoesOn(end);
    }

    /** The power went when the log start was noted, and before the snapshot of the producers there was written. */
    @Test
    void trimmedLogOpensAfterACrashOnAFullDisk() throws IOException {
        fillSegment();
        append(2);
        log.flush();
        long start = log.endOffset() - 2;
        long end = log.endOffset();
        LogDirectory directory = new LogDirectory(disk, "t-0");
        Path first = root.resolve(directory.file(0, LogDirectory.LOG));
        byte[] givenUp = Files.readAllBytes(first);
        log.raiseLogStart(start);
        log.checkpoint();
        log.close();
        Files.write(first, givenUp);
        Files.deleteIfExists(root.resolve(directory.file(start, LogDirectory.SNAPSHOT)));
        full("append", "");
        log = PartitionLog.open(disk, "t-0", new UUID(1, 2), SMALL);
        assertThat(log.logStartOffset()).isEqualTo(start);
        assertThat(log.endOffset()).isEqualTo(end);
        assertThat(log.isFailed()).isFalse();
        disk.unwatched();
        log.close();
        log = PartitionLog.open(disk, "t-0", new UUID(1, 2), SMALL);
        assertThat(log.logStartOffset()).isEqualTo(start);
        assertThat(first).doesNotExist();
    }

    @Test
    void flushThatCannotBeBegunIsMadeUpForLater() {
        fillSegment();
        append(1);
        disk.before((done, path) -> {
            if (done.equals("force") && path.equals("t-0")) {
                throw new NoDescriptorsException("open", path, new IOException("Too many open files"));
            }
        });
        assertThatThrownBy(log::flush).isInstanceOf(NoDescriptorsException.class);
        assertThat(log.flushedOffset()).isZero();
        assertThat(log.isFailed()).isFalse();
        disk.unwatched();
        assertThat(log.flush()).isEqualTo(log.endOffset());
        assertGoesOn(log.endOffset());
    }

    @Test
    void logEndsInOrderOnAFullDisk() {
        fillSegment();
        append(2);
        full("append", "");
        log.finish();
        assertThat(log.isFailed()).isFalse();
        disk.unwatched();
        assertGoesOn(log.endOffset());
    }

    @Test
    void deletionOfAnotherTopicsLogIsRefused() {
        new LogCheckpoints(new LogDirectory(disk, "t-0")).writeTopicId(new UUID(9, 9));
        assertThatThrownBy(log::delete).isInstanceOf(ForeignLogException.class);
        assertThat(segments()).isEqualTo(1);
    }

    private void assertGoesOn(long endOffset) {
        assertThat(PartitionLogTest.readAll(log)).hasSize((int) endOffset).contains("0=v0");
        log.close();
        log = PartitionLog.open(disk, "t-0", new UUID(1, 2), SMALL);
        assertThat(PartitionLogTest.readAll(log)).hasSize((int) endOffset).contains("0=v0");
    }

    private void append(int count) {
        for (int i = 0; i < count; i++) {
            log.appendAsLeader(Batches.of(1000, "v" + log.endOffset()), 0);
        }
    }

    private void fillSegment() {
        int batch = Batches.of(1000, "v0").remaining();
        while (log.sizeInBytes() + batch + 1 <= 1024) {
            append(1);
        }
    }

    /** What was trimmed comes back, as the note of the new log start is lost; but the end is as it was. */
    @Test
    void logThatWasTrimmedToItsEndOnAFullDiskEndsCleanly() {
        append(3);
        full("create", ".tmp");
        log.raiseLogStart(3);
        log.close();
        CleanEnd end = log.cleanEnd();
        disk.unwatched();
        log = PartitionLog.open(disk, "t-0", new UUID(1, 2), SMALL, Optional.of(end), RecoveryListener.NONE);
        assertThat(log.logStartOffset()).isZero();
        assertThat(log.recovery().contradictsCleanEnd()).isFalse();
    }

    /** They come from what was trimmed, and are not on disk yet. */
    @Test
    void producersBelowATrimmedStartAreKnownOnAFullDisk() {
        for (int sequence = 0; log.view().segments().length < 2; sequence++) {
            log.appendAsLeader(Batches.ofProducer(7, 0, sequence, "v"), 0);
        }
        long start = log.view().active().baseOffset();
        full("append", ".tmp");
        log.flush();
        log.raiseLogStart(start);
        assertThat(log.view().segments()).hasSize(1);
        ProducerState told = new ProducerState(10);
        assertThat(ProducerSnapshot.decode(log.producerSnapshotAt(start), start, told))
                .isTrue();
        assertThat(isNext(told, (int) start)).isTrue();
        assertThat(isNext(log.producers(), (int) start + 1)).isTrue();
        full("append", ".snapshot.tmp");
        log.truncateTo(start);
        assertThat(isNext(log.producers(), (int) start)).isTrue();
    }

    private static boolean isNext(ProducerState producers, int sequence) {
        return producers.check(Batches.header(Batches.ofProducer(7, 0, sequence, "v"))) instanceof ProducerCheck.New;
    }

    private void full(String verb, String suffix) {
        disk.before((done, path) -> {
            if (done.equals(verb) && path.endsWith(suffix)) {
                throw new DiskFullException(verb, path, new IOException("No space left on device"));
            }
        });
    }

    private int segments() {
        return new LogDirectory(disk, "t-0").offsetsWith(LogDirectory.LOG).size();
    }
}
