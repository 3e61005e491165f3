package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file that tells what was durable is written as a whole, before the first segment is: if it is gone, the disk lost it. */
class LostCheckpointTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL = LogConfig.defaults().withSegmentBytes(1024);
    private static final int BATCHES = 40;
    private static final String CHECKPOINT = "t-0/offset-checkpoint";

    @TempDir
    Path root;

    private Disk disk;
    private CleanEnd end;

    @BeforeEach
    void writeLog() {
        disk = new FileDisk(root);
        PartitionLog log = open();
        for (int i = 0; i < BATCHES; i++) {
            log.appendAsLeader(Batches.of(1000, "v" + i), 0);
        }
        log.close();
        end = log.cleanEnd();
    }

    @Test
    void soundLogOpensWholeAndIsNotedAgain() {
        disk.delete(CHECKPOINT);
        PartitionLog log = open();
        assertThat(log.endOffset()).isEqualTo(BATCHES);
        assertThat(log.recovery().scannedBytes()).isEqualTo(log.sizeInBytes());
        assertThat(disk.exists(CHECKPOINT)).isTrue();
    }

    @Test
    void emptySegmentIsNotedAgain() {
        PartitionLog log = PartitionLog.open(disk, "empty-0", TOPIC, SMALL);
        log.close();
        disk.delete("empty-0/offset-checkpoint");
        PartitionLog.open(disk, "empty-0", TOPIC, SMALL).close();
        assertThat(disk.exists("empty-0/offset-checkpoint")).isTrue();
    }

    @Test
    void tornTailIsDamageAsItMayHaveBeenDurable() {
        disk.delete(CHECKPOINT);
        tear(last());
        assertDamagedAt(last());
    }

    @Test
    void soIsBehindACheckpointThatCannotBeRead() {
        disk.writeAtomically(CHECKPOINT, new byte[] {'0', '\n'});
        tear(last());
        assertDamagedAt(last());
    }

    @Test
    void batchesBehindACleanEndAreCutAllTheSame() {
        disk.delete(CHECKPOINT);
        try (DiskFile file = disk.open(last())) {
            file.append(ByteBuffer.allocate(100));
        }
        PartitionLog log = PartitionLog.open(disk, "t-0", TOPIC, SMALL, Optional.of(end), RecoveryListener.NONE);
        assertThat(log.endOffset()).isEqualTo(BATCHES);
        assertThat(log.recovery().contradictsCleanEnd()).isFalse();
    }

    @Test
    void gapBetweenSegmentsIsDamage() {
        disk.delete(CHECKPOINT);
        String second = segments().get(1);
        disk.delete(second);
        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("the recovery point is lost")
                .hasMessageContaining("the next segment begins at offset");
    }

    @Test
    void firstSegmentWhoseIndexesAreStillThereIsMissed() {
        disk.delete(CHECKPOINT);
        String first = segments().get(0);
        disk.delete(first);
        DamagedLogException damage = assertDamagedAt(first);
        assertThat(damage.offset()).isZero();
        for (String segment : segments()) {
            disk.delete(segment);
        }
        assertDamagedAt(first);
    }

    @Test
    void logThatHadStartedLaterOpens() {
        PartitionLog log = open();
        log.raiseLogStart(30);
        log.close();
        disk.delete(CHECKPOINT);
        log = open();
        assertThat(log.logStartOffset()).isBetween(1L, 30L);
        assertThat(log.endOffset()).isEqualTo(BATCHES);
    }

    @Test
    void damageIsSetAsideAndTheSoundRestOpens() {
        disk.delete(CHECKPOINT);
        String torn = last();
        tear(torn);
        DamagedLogException damage = assertDamagedAt(torn);
        new ClosedLog(disk, "t-0").setDamageAside(damage);
        PartitionLog log = open();
        assertThat(log.endOffset()).isEqualTo(BATCHES - 1);
        assertThat(disk.exists(torn + LogDirectory.DAMAGED)).isTrue();
    }

    @Test
    void segmentThatShrinksWhileItIsSetAsideIsAFailureOfTheDisk() {
        disk.delete(CHECKPOINT);
        tear(last());
        DamagedLogException damage = assertDamagedAt(last());
        try (DiskFile file = disk.open(last())) {
            file.truncate(damage.position() - 1);
        }
        assertThatThrownBy(() -> new ClosedLog(disk, "t-0").setDamageAside(damage))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("it ends at byte " + (damage.position() - 1));
    }

    private DamagedLogException assertDamagedAt(String path) {
        DamagedLogException damage = catchThrowableOfType(DamagedLogException.class, this::open);
        assertThat(damage).isNotNull();
        assertThat(damage.file()).isEqualTo(path);
        return damage;
    }

    private void tear(String path) {
        try (DiskFile file = disk.open(path)) {
            file.truncate(file.size() - 1);
        }
    }

    private PartitionLog open() {
        return PartitionLog.open(disk, "t-0", TOPIC, SMALL);
    }

    private String last() {
        return segments().get(segments().size() - 1);
    }

    private List<String> segments() {
        return new LogDirectory(disk, "t-0")
                .offsetsWith(LogDirectory.LOG).stream()
                        .map(base -> "t-0/" + LogDirectory.name(base, LogDirectory.LOG))
                        .toList();
    }
}
