package io.kontiki.log;

import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.nio.ByteBuffer;

/**
 * Whole batches read from a log.
 *
 * @param startOffset base offset of the first batch: at or below the offset asked for, above it only if compaction took
 *     that offset away; for an empty slice the offset asked for
 * @param endOffset offset behind the last batch: where the next read goes on; equal to startOffset if empty
 * @param bytes the batches one behind the other, as they are on disk, in the memory that the caller gave
 */
public record LogSlice(long startOffset, long endOffset, ByteBuffer bytes) {
    static LogSlice empty(long offset) {
        return new LogSlice(offset, offset, ByteBuffer.allocate(0));
    }

    /**
     * The batches up to the first one with damage: what is read here is given to others, so it must be what was appended
     * (rule L12). Costs one pass over the bytes.
     *
     * @param endMax where what follows begins, so that the last batch may not reach beyond: no checksum covers its offset
     * @param mayHaveGaps whether offsets may be missing between batches
     * @throws InvalidBatchException if the first batch has a wrong checksum, or offsets that do not fit
     */
    LogSlice sound(long endMax, boolean mayHaveGaps) {
        long end = startOffset;
        int size = 0;
        for (RecordBatch batch : RecordBatches.of(bytes)) {
            try {
                requireSound(batch, end, endMax, mayHaveGaps);
            } catch (InvalidBatchException e) {
                if (size == 0) {
                    throw e;
                }
                return new LogSlice(startOffset, end, bytes.slice(bytes.position(), size));
            }
            end = batch.nextOffset();
            size += batch.sizeInBytes();
        }
        return this;
    }

    private static void requireSound(RecordBatch batch, long expectedOffset, long endMax, boolean mayHaveGaps) {
        batch.ensureValidChecksum();
        boolean follows = batch.baseOffset() == expectedOffset || mayHaveGaps && batch.baseOffset() > expectedOffset;
        if (!follows || batch.lastOffsetDelta() < 0 || batch.nextOffset() > endMax) {
            throw new InvalidBatchException(
                    InvalidBatchException.Reason.CORRUPT_BATCH,
                    "batch has offsets " + batch.baseOffset() + " to " + batch.lastOffset()
                            + ", the one before it ends at " + expectedOffset + ", what follows begins at " + endMax);
        }
    }

    public boolean isEmpty() {
        return startOffset == endOffset;
    }

    public int sizeInBytes() {
        return bytes.remaining();
    }
}
