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

/** Epochs and producers after a stop without a close. Each case was found by the model or by crash enumeration. */
class LogStateAfterCrashTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL =
            LogConfig.defaults().withSegmentBytes(1024).withIndexIntervalBytes(200);

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

    /** The log start was raised, but not noted yet: a crash takes it back. */
    @Test
    void cutToARaisedLogStartKeepsTheEpochsBelow() {
        append(40);
        log.flush();
        log.checkpoint();
        log.raiseLogStart(30);
        log.truncateTo(30);
        log.truncateTo(30);
        try (PartitionLog crashed = open()) {
            assertThat(crashed.logStartOffset()).isZero();
            assertThat(crashed.epochs().entries()).containsExactly(new EpochEntry(1, 0));
        }
    }

    @Test
    void epochOfTheLogStartBeginsThereThoughItsBatchesAreGone() {
        LeaderEpochIndex told = LeaderEpochIndex.of(List.of(new EpochEntry(15, 35), new EpochEntry(17, 85)));
        LeaderEpochIndex noted = LeaderEpochIndex.of(List.of(new EpochEntry(14, 3), new EpochEntry(15, 20)));
        assertThat(told.beginningAs(noted, 24).entries())
                .containsExactly(new EpochEntry(15, 24), new EpochEntry(17, 85));
        assertThat(told.beginningAs(noted, 10).entries())
                .containsExactly(new EpochEntry(14, 10), new EpochEntry(15, 35), new EpochEntry(17, 85));
        assertThat(told.beginningAs(LeaderEpochIndex.empty(), 24)).isEqualTo(told);
    }

    /** The segment at the log start began after the checkpoint, so that its snapshot was not written. */
    @Test
    void segmentBelowTheLogStartTellsProducersThatNoSnapshotKnows() {
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 0);
        log.flush();
        log.raiseLogStart(1);
        log.checkpoint();
        log.rollIfDue(0);
        assertThat(log.rollIfDue(Long.MAX_VALUE)).isTrue();
        try (PartitionLog crashed = open()) {
            assertThat(crashed.logStartOffset()).isEqualTo(1);
            assertThat(crashed.producers().size()).isEqualTo(1);
        }
    }

    @Test
    void snapshotOfAResetThatDidNotHappenTellsNothing() {
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 0);
        log.flush();
        resetUnnoted(1);
        try (PartitionLog crashed = open()) {
            assertThat(crashed.producers().size()).isEqualTo(1);
            crashed.appendAsLeader(Batches.of(1_000, "next"), 0);
            crashed.truncateTo(1);
            assertThat(crashed.producers().size()).isEqualTo(1);
        }
    }

    /** At the base of a segment it stands where one of the log's own does. */
    @Test
    void snapshotOfAResetBelowTheLogStartThatDidNotHappenTellsNothing() {
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 0);
        log.rollIfDue(0);
        assertThat(log.rollIfDue(Long.MAX_VALUE)).isTrue();
        log.appendAsLeader(Batches.of(1_000, "v"), 0);
        log.flush();
        log.raiseLogStart(2);
        log.checkpoint();
        resetUnnoted(1);
        try (PartitionLog crashed = open()) {
            assertThat(crashed.endOffset()).isEqualTo(2);
            assertThat(crashed.producers().size()).isEqualTo(1);
        }
    }

    /** The power goes once the reset's snapshot, which knows no producers, is written. */
    private void resetUnnoted(long startOffset) {
        String snapshot = LogDirectory.name(startOffset, LogDirectory.SNAPSHOT);
        boolean[] isWritten = new boolean[1];
        disk.before((verb, path) -> {
            isWritten[0] |= path.contains(snapshot);
            if (isWritten[0] && path.endsWith("offset-checkpoint.tmp")) {
                throw new IllegalStateException("the power goes");
            }
        });
        assertThatThrownBy(() -> log.resetTo(startOffset, LeaderEpochIndex.empty(), ByteBuffer.allocate(0)))
                .hasMessage("the power goes");
        disk.unwatched();
    }

    @Test
    void snapshotsOfSegmentsThatBeginBesideACheckpointStay() {
        append(10);
        boolean[] begun = new boolean[1];
        disk.before((verb, path) -> {
            if (!begun[0] && path.endsWith(".timeindex.tmp")) {
                begun[0] = true;
                append(40);
            }
        });
        append(10);
        log.flush();
        log.checkpoint();
        disk.unwatched();
        assertThat(begun[0]).isTrue();
        List<Long> bases = new ArrayList<>(offsetsOf(LogDirectory.LOG));
        assertThat(bases).hasSizeGreaterThan(4);
        assertThat(offsetsOf(LogDirectory.SNAPSHOT)).containsAll(bases.subList(1, bases.size()));
    }

    private List<Long> offsetsOf(String suffix) {
        return new LogDirectory(disk, "t-0").offsetsWith(suffix);
    }

    private void append(int count) {
        for (int i = 0; i < count; i++) {
            log.appendAsLeader(Batches.of(1_000 + i, "v" + i), 1);
        }
    }

    private PartitionLog open() {
        return PartitionLog.open(disk, "t-0", TOPIC, SMALL);
    }
}
