package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.storage.DiskFile;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules R2, R3 and R7: what a clean stop vouches for is not verified, and what is missing of it is damage. */
class LogCleanEndTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL =
            LogConfig.defaults().withSegmentBytes(1024).withIndexIntervalBytes(200);

    @TempDir
    Path root;

    private WatchedDisk disk;
    private CleanEnd end;

    @BeforeEach
    void fillAndClose() {
        disk = new WatchedDisk(new FileDisk(root));
        PartitionLog log = PartitionLog.open(disk, "t-0", TOPIC, SMALL);
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "p"), 0);
        for (int i = 1; i < 60; i++) {
            log.appendAsLeader(Batches.of(1000 + i, "v" + i), i / 20);
        }
        log.close();
        end = log.cleanEnd();
    }

    @Test
    void endIsOffsetAndEpochOfTheLastBatch() {
        assertThat(end).isEqualTo(new CleanEnd(60, 2));
        PartitionLog empty = PartitionLog.open(disk, "e-0", TOPIC, SMALL);
        empty.close();
        assertThat(empty.cleanEnd()).isEqualTo(new CleanEnd(0, CleanEnd.NO_EPOCH));
        assertThat(open("e-0", empty.cleanEnd()).recovery().contradictsCleanEnd())
                .isFalse();
    }

    @Test
    void logThatLoadsAsItEndedIsNotVerified() {
        PartitionLog log = open("t-0", end);
        assertThat(log.recovery().scannedBytes()).isZero();
        assertThat(log.recovery().contradictsCleanEnd()).isFalse();
        assertThat(PartitionLogTest.readAll(log)).hasSize(60).endsWith("59=v59");
        assertThat(log.offsetForTimestamp(1059)).contains(new TimestampOffset(1059, 59, 2));
        assertThat(log.producers().check(Batches.header(Batches.ofProducer(7, 0, 0, "p"))))
                .isEqualTo(new ProducerCheck.Duplicate(0, 0));
        for (int i = 60; i < 120; i++) {
            log.appendAsLeader(Batches.of(1000 + i, "v" + i), 3);
        }
        assertThat(PartitionLogTest.readAll(log)).hasSize(120).contains("60=v60");
        for (int i = 1; i < 120; i++) {
            assertThat(log.offsetForTimestamp(1000 + i))
                    .map(TimestampOffset::offset)
                    .contains((long) i);
        }
        log.close();
        assertThat(open("t-0", log.cleanEnd()).recovery().scannedBytes()).isZero();
    }

    /** A crash after a load that verified nothing must not trust the indexes that the load used. */
    @Test
    void logThatCrashesAfterwardsIsVerified() {
        PartitionLog log = open("t-0", end);
        log.appendAsLeader(Batches.of(2000, "x"), 3);
        PartitionLog crashed = PartitionLog.open(disk, "t-0", TOPIC, SMALL);
        assertThat(crashed.recovery().scannedBytes()).isPositive();
        assertThat(PartitionLogTest.readAll(crashed)).hasSize(61).endsWith("60=x");
        assertThat(crashed.offsetForTimestamp(2000)).contains(new TimestampOffset(2000, 60, 3));
    }

    @Test
    void logThatIsWholeThoughItsCachesAreGoneEndsAsItShould() {
        for (String name : disk.list("t-0")) {
            if (!name.endsWith(".log") && !name.equals("partition.metadata")) {
                disk.delete("t-0/" + name);
            }
        }
        PartitionLog log = open("t-0", end);
        assertThat(log.recovery().contradictsCleanEnd()).isFalse();
        assertThat(log.recovery().scannedBytes()).isPositive();
        assertThat(log.epochs().entries())
                .containsExactly(new EpochEntry(0, 0), new EpochEntry(1, 20), new EpochEntry(2, 40));
        assertThat(log.producers().size()).isEqualTo(1);
    }

    @Test
    void logThatEndsOtherwiseContradicts() {
        assertThat(open("t-0", new CleanEnd(60, 1)).recovery().contradictsCleanEnd())
                .isTrue();
        assertThat(open("t-0", new CleanEnd(50, 2)).recovery().contradictsCleanEnd())
                .isTrue();
    }

    @Test
    void bytesMissingBelowTheEndAreDamage() {
        String last = lastSegment();
        try (DiskFile file = disk.open(last)) {
            file.truncate(file.size() - 1);
        }
        // The note of the recovery point is lost, too: the end alone must do.
        disk.delete("t-0/offset-checkpoint");
        assertThatThrownBy(() -> open("t-0", end))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("below the recovery point 60");
        DamagedLogException damage = catchDamage();
        new ClosedLog(disk, "t-0").setDamageAside(damage);
        PartitionLog log = PartitionLog.open(disk, "t-0", TOPIC, SMALL);
        assertThat(log.endOffset()).isEqualTo(59);
        assertThat(disk.exists(last + ".damaged")).isTrue();
    }

    @Test
    void progressIsTold() {
        List<String> heard = new ArrayList<>();
        RecoveryListener listener = new RecoveryListener() {
            @Override
            public void onSegments(int count) {
                heard.add("count " + count);
            }

            @Override
            public void onSegmentDone(long scannedBytes) {
                heard.add(scannedBytes == 0 ? "loaded" : "verified");
            }
        };
        int segments =
                new LogDirectory(disk, "t-0").offsetsWith(LogDirectory.LOG).size();
        PartitionLog.open(disk, "t-0", TOPIC, SMALL, Optional.of(end), listener);
        assertThat(heard).hasSize(segments + 1).startsWith("count " + segments).doesNotContain("verified");
        heard.clear();
        PartitionLog.open(disk, "t-0", TOPIC, SMALL, Optional.empty(), listener);
        assertThat(heard)
                .hasSize(segments + 1)
                .startsWith("count " + segments, "loaded")
                .endsWith("verified");
    }

    private PartitionLog open(String directory, CleanEnd ended) {
        return PartitionLog.open(disk, directory, TOPIC, SMALL, Optional.of(ended), RecoveryListener.NONE);
    }

    private DamagedLogException catchDamage() {
        try {
            open("t-0", end);
        } catch (DamagedLogException damage) {
            return damage;
        }
        throw new AssertionError("no damage found");
    }

    private String lastSegment() {
        return disk.list("t-0").stream()
                .filter(name -> name.endsWith(".log"))
                .map(name -> "t-0/" + name)
                .reduce((first, second) -> second)
                .orElseThrow();
    }
}
