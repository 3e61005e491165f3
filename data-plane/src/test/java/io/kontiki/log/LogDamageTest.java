package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogVerification.Problem;
import io.kontiki.log.LogVerification.Severity;
import io.kontiki.record.BatchHeader;
import io.kontiki.storage.Disk;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repair, recovery and the offline check have one opinion on which batches are sound. */
class LogDamageTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL = LogConfig.defaults().withSegmentBytes(1024);
    private static final int BATCHES = 40;

    @TempDir
    Path root;

    private Disk disk;
    private List<Long> bases;

    @BeforeEach
    void writeLog() {
        disk = new FileDisk(root);
        PartitionLog log = open();
        for (int i = 0; i < BATCHES; i++) {
            log.appendAsLeader(Batches.of(1000, "v" + i), 4);
        }
        log.close();
        bases = new LogDirectory(disk, "t-0").offsetsWith(LogDirectory.LOG);
    }

    @Test
    void soundLogIsSoundToAll() {
        assertThat(closed().findDamage()).isEmpty();
        assertThat(errors()).isEmpty();
    }

    /** Base offset and epoch are covered by no checksum: the order of the batches must tell. */
    @Test
    void anyFlippedBitOfAHeaderThatRepairTakesForSoundOpensToo() {
        for (long base : List.of(bases.get(1), bases.get(bases.size() - 1))) {
            String path = "t-0/" + LogDirectory.name(base, LogDirectory.LOG);
            byte[] sound = disk.readSmall(path, 10_000);
            for (int i = 0; i < BatchHeader.BYTES; i++) {
                byte[] flipped = sound.clone();
                flipped[i] ^= 1;
                disk.writeAtomically(path, flipped);
                // Without them recovery looks at each batch, as repair does.
                deleteIndexes();
                Optional<DamagedLogException> damage = closed().findDamage();
                assertThat(errors().isEmpty())
                        .as("byte %d of %s is sound to the offline check", i, path)
                        .isEqualTo(damage.isEmpty());
                if (damage.isEmpty()) {
                    PartitionLog log = open();
                    assertThat(log.endOffset()).as("byte %d of %s", i, path).isEqualTo(BATCHES);
                    log.close();
                }
                disk.writeAtomically(path, sound);
            }
        }
    }

    @Test
    void raisedEpochBeforeALowerOneIsDamage() {
        String last = "t-0/" + LogDirectory.name(bases.get(bases.size() - 1), LogDirectory.LOG);
        byte[] bytes = disk.readSmall(last, 10_000);
        int second = BatchHeader.at(ByteBuffer.wrap(bytes), 0).sizeInBytes();
        bytes[15] ^= 1;
        disk.writeAtomically(last, bytes);
        DamagedLogException damage = closed().findDamage().orElseThrow();
        assertThat(damage).hasMessageContaining("an epoch from 5 on");
        assertThat(damage.position()).isEqualTo(second);
        closed().setDamageAside(damage);
        assertThat(open().endOffset()).isEqualTo(damage.offset());
    }

    @Test
    void missingEndsAreDamageToAll() {
        disk.delete("t-0/" + LogDirectory.name(bases.get(bases.size() - 1), LogDirectory.LOG));
        assertThat(closed().findDamage())
                .hasValueSatisfying(damage -> assertThat(damage).hasMessageContaining("the log ends there"));
        assertThat(errors()).isNotEmpty();
        disk.delete("t-0/" + LogDirectory.name(0, LogDirectory.LOG));
        assertThat(closed().findDamage())
                .hasValueSatisfying(damage -> assertThat(damage).hasMessageContaining("the first segment begins at"));
        closed().setDamageAside(closed().findDamage().orElseThrow());
        assertThat(closed().findDamage()).isEmpty();
        assertThat(open().endOffset()).isZero();
    }

    @Test
    void namesAboveTheHighestOffsetAreNoneOfTheLogs() {
        for (String suffix : List.of(".log", ".snapshot", ".index", ".swap")) {
            disk.writeAtomically("t-0/99999999999999999999" + suffix, new byte[] {1});
        }
        PartitionLog log = open();
        assertThat(log.endOffset()).isEqualTo(BATCHES);
        log.close();
        assertThat(closed().findDamage()).isEmpty();
        assertThat(errors()).isEmpty();
    }

    private void deleteIndexes() {
        for (String suffix : LogDirectory.INDEXES) {
            new LogDirectory(disk, "t-0")
                    .offsetsWith(suffix)
                    .forEach(base -> disk.delete("t-0/" + LogDirectory.name(base, suffix)));
        }
    }

    private List<Problem> errors() {
        return new LogVerification(disk, "t-0", bytes -> {})
                .run().problems().stream()
                        .filter(problem -> problem.severity() == Severity.ERROR)
                        .toList();
    }

    private ClosedLog closed() {
        return new ClosedLog(disk, "t-0");
    }

    private PartitionLog open() {
        return PartitionLog.open(disk, "t-0", TOPIC, SMALL);
    }
}
