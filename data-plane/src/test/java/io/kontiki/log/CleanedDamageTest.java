package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.Disk;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a clean stop nobody reads closed segments. But compaction makes nothing whole of which a part is lost. */
class CleanedDamageTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig COMPACTED = LogConfig.defaults()
            .withSegmentBytes(1024)
            .withCompaction(new LogConfig.Compaction(true, 0, 0, Long.MAX_VALUE, 0));

    @TempDir
    Path root;

    private Disk disk;
    private CleanEnd end;

    @BeforeEach
    void writeLog() {
        disk = new FileDisk(root);
        try (PartitionLog log = PartitionLog.open(disk, "t-0", TOPIC, COMPACTED)) {
            while (log.view().segments().length < 4) {
                log.appendAsLeader(Batches.of(1000, "value"), 0);
            }
            end = log.view().cleanEnd();
        }
    }

    @Test
    void segmentThatLostAllItsBatchesIsDamage() {
        requireDamage(new byte[0]);
    }

    @Test
    void segmentThatLostItsLastBatchesIsDamage() {
        byte[] whole = disk.readSmall(first(), 10_000);
        requireDamage(
                Arrays.copyOf(whole, BatchHeader.at(ByteBuffer.wrap(whole), 0).sizeInBytes()));
    }

    private void requireDamage(byte[] left) {
        disk.writeAtomically(first(), left);
        try (PartitionLog log =
                PartitionLog.open(disk, "t-0", TOPIC, COMPACTED, Optional.of(end), RecoveryListener.NONE)) {
            int segments = log.view().segments().length;
            CleaningPlan plan = LogCleaner.plan(log, log.endOffset(), true, 5_000);
            LogCleaner pass = new LogCleaner(log, plan, bytes -> true, 100L * OffsetMap.BYTES_PER_SLOT);
            assertThatThrownBy(() -> pass.run(LogCleaner.remember(log), 5_000))
                    .isInstanceOf(InvalidBatchException.class)
                    .hasMessageContaining(first())
                    .hasMessageContaining("the next segment begins at");
            assertThat(log.view().segments()).hasSize(segments);
        }
    }

    private static String first() {
        return "t-0/" + LogDirectory.name(0, LogDirectory.LOG);
    }
}
