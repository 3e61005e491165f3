package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.Disk;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch of a closed segment has wrong offsets, which its checksum does not cover or which a look-up believes. */
class WrongOffsetsTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final int BATCHES = 40;
    private static final int BATCH_RECORDS = 3;
    private static final int LAST_OFFSET_DELTA_AT = 23;

    @TempDir
    Path root;

    private Disk disk;

    /** @param indexIntervalBytes 0 lets look-ups walk over no batch, 4096 over all of the segment */
    @ParameterizedTest
    @ValueSource(ints = {0, 300, 4096})
    void batchWithAFlippedOffsetIsNeitherServedNorPassedOver(int indexIntervalBytes) {
        LogConfig config = LogConfig.defaults().withSegmentBytes(2048).withIndexIntervalBytes(indexIntervalBytes);
        long end = write(config);
        String path = "t-0/" + LogDirectory.name(0, LogDirectory.LOG);
        byte[] sound = disk.readSmall(path, 10_000);
        int first = BatchHeader.at(ByteBuffer.wrap(sound), 0).sizeInBytes();
        for (int batchAt : List.of(0, first)) {
            for (int bit = 0; bit < 64; bit++) {
                requireNothingElseServed(config, path, flipped(sound, batchAt, bit), end);
            }
            for (int bit = 0; bit < 32; bit++) {
                requireNothingElseServed(config, path, flipped(sound, batchAt + LAST_OFFSET_DELTA_AT, bit), end);
            }
        }
    }

    private static byte[] flipped(byte[] sound, int at, int bit) {
        byte[] bytes = sound.clone();
        bytes[at + bit / 8] ^= (byte) (1 << bit % 8);
        return bytes;
    }

    private void requireNothingElseServed(LogConfig config, String path, byte[] bytes, long end) {
        disk.writeAtomically(path, bytes);
        try (PartitionLog log = PartitionLog.open(disk, "t-0", TOPIC, config)) {
            assertThat(log.endOffset()).isEqualTo(end);
            int refused = 0;
            for (long offset = 0; offset < end; offset++) {
                long twoBatches = offset - offset % BATCH_RECORDS + 2 * BATCH_RECORDS;
                boolean served = servesWhatIsThere(log, offset, 10_000, Long.MAX_VALUE)
                        & servesWhatIsThere(log, offset, 1, Long.MAX_VALUE)
                        & servesWhatIsThere(log, offset, 10_000, twoBatches);
                refused += served ? 0 : 1;
            }
            assertThat(refused).as("offsets that cannot be read").isPositive();
        } catch (DamagedLogException foundAtOnce) {
            assertThat(foundAtOnce).hasMessageContaining(path);
        }
    }

    /** Whether it can be read; what is read must be what was appended there. */
    private static boolean servesWhatIsThere(PartitionLog log, long offset, int maxBytes, long toOffset) {
        try {
            LogSlice slice = log.read(offset, maxBytes, toOffset);
            assertThat(slice.startOffset()).isLessThanOrEqualTo(offset);
            assertThat(slice.endOffset()).isGreaterThan(offset);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                batch.forEach(WrongOffsetsTest::requireInItsPlace);
            }
            return true;
        } catch (InvalidBatchException refused) {
            return false;
        }
    }

    private static void requireInItsPlace(Record record) {
        assertThat(StandardCharsets.UTF_8.decode(record.value().duplicate()).toString())
                .isEqualTo("record " + record.offset());
    }

    /** Records whose values are their offsets, some to a batch. */
    private long write(LogConfig config) {
        disk = new FileDisk(root);
        try (PartitionLog log = PartitionLog.open(disk, "t-0", TOPIC, config)) {
            for (int batch = 0; batch < BATCHES; batch++) {
                long offset = log.endOffset();
                log.appendAsLeader(
                        Batches.of(1000, "record " + offset, "record " + (offset + 1), "record " + (offset + 2)), 1);
            }
            assertThat(log.view().segments().length).isGreaterThan(2);
            return log.endOffset();
        }
    }
}
