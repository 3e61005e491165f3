package io.kontiki.simulation.log;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kontiki.record.BatchHeader;
import io.kontiki.record.BatchValidator;
import io.kontiki.record.Compression;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatchFilter;
import io.kontiki.record.RecordBatches;
import io.kontiki.record.RecordCursor;
import io.kontiki.record.RecordHeader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as batches: what is wrong with them is an {@link InvalidBatchException}, and nothing else happens. */
class BatchFuzzTest {
    private static final int MAX_BATCH_BYTES = 1 << 20;
    /** Room for compressed records that a small heap has, too. */
    private static final int MAX_EXPANDED_BYTES = 16 << 20;

    /** Sound ones of all kinds to begin with: the framing of some codecs has checksums that no fuzzer guesses. */
    static Stream<byte[]> soundBatches() {
        Stream<ByteBuffer> ofRecords = Stream.of(Compression.values()).map(BatchFuzzTest::batchOf);
        Stream<ByteBuffer> ofMarkers = Stream.of(
                ControlRecords.endTransaction(ControlRecords.Type.ABORT, 1, (short) 2, 3, 4),
                ControlRecords.endTransaction(ControlRecords.Type.COMMIT, 1, (short) 2, 3, 4));
        return Stream.concat(ofRecords, ofMarkers).map(FuzzedBatches::bytesOf);
    }

    private static ByteBuffer batchOf(Compression codec) {
        RecordBatchBuilder builder = new RecordBatchBuilder(4096, codec);
        for (int i = 0; i < 5; i++) {
            ByteBuffer value = ByteBuffer.allocate(40 * i).put(0, new byte[i]);
            builder.add(1000 + i, null, value, List.of());
            builder.add(1000, ByteBuffer.allocate(i), null, List.of(RecordHeader.of("name", "value")));
        }
        return builder.buildTransactional(7, (short) 1, 40);
    }

    @MethodSource("soundBatches")
    @FuzzTest
    void batch(byte[] data) {
        ByteBuffer bytes = FuzzedBatches.withRightChecksums(data);
        try {
            RecordBatch accepted = BatchValidator.validate(bytes, MAX_BATCH_BYTES);
            LogChecks.require(walk(accepted) == accepted.recordCount(), "an accepted batch lacks some of its records");
        } catch (InvalidBatchException documented) {
            // That is the answer.
        }
        try {
            for (RecordBatch batch : RecordBatches.of(bytes)) {
                walk(batch);
                if (batch.recordCount() > 0) {
                    requireSound(RecordBatchFilter.retain(batch, at -> at.offsetDelta() % 2 == 0, OptionalLong.of(9)));
                }
            }
        } catch (InvalidBatchException documented) {
            // That is the answer.
        }
    }

    private static int walk(RecordBatch batch) {
        int records = 0;
        try (RecordCursor cursor = batch.cursor(MAX_EXPANDED_BYTES)) {
            while (cursor.next()) {
                cursor.record().headers();
                records++;
            }
        }
        return records;
    }

    /** What compaction leaves of a batch that can be read can be read. */
    private static void requireSound(ByteBuffer left) {
        RecordBatch batch = RecordBatch.at(left, left.position());
        LogChecks.require(batch.hasValidChecksum(), "a compacted batch has a wrong checksum");
        LogChecks.require(batch.sizeInBytes() >= BatchHeader.BYTES, "a compacted batch has no header");
        walk(batch);
    }
}
