package io.kontiki.partition;

import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.replication.PushedBatches;
import java.nio.ByteBuffer;

/** The batches of one push as they arrived, checked batch by batch (rule F7). */
final class PushedRecords implements PushedBatches {
    private final ByteBuffer bytes;
    private final long baseOffset;
    private final long endOffset;
    private final int firstEpoch;
    private final int lastEpoch;

    private PushedRecords(ByteBuffer bytes, long baseOffset, long endOffset, int firstEpoch, int lastEpoch) {
        this.bytes = bytes;
        this.baseOffset = baseOffset;
        this.endOffset = endOffset;
        this.firstEpoch = firstEpoch;
        this.lastEpoch = lastEpoch;
    }

    /**
     * @param bytes one or more whole batches
     * @throws InvalidBatchException if a checksum is wrong, offsets or epochs decrease; offsets may be missing, which compaction
     *     took away
     */
    static PushedRecords of(ByteBuffer bytes) {
        long base = -1;
        long end = -1;
        int firstEpoch = -1;
        int lastEpoch = -1;
        for (RecordBatch batch : RecordBatches.of(bytes)) {
            batch.ensureValidChecksum();
            if (end < 0) {
                base = batch.baseOffset();
                firstEpoch = batch.leaderEpoch();
            } else if (batch.baseOffset() < end || batch.leaderEpoch() < lastEpoch) {
                throw new InvalidBatchException(
                        InvalidBatchException.Reason.CORRUPT_BATCH,
                        "batch at offset " + batch.baseOffset() + " of epoch " + batch.leaderEpoch()
                                + " follows the end " + end + " of epoch " + lastEpoch);
            }
            end = batch.nextOffset();
            lastEpoch = batch.leaderEpoch();
        }
        if (end <= base) {
            throw new InvalidBatchException(InvalidBatchException.Reason.CORRUPT_BATCH, "a push without a record");
        }
        return new PushedRecords(bytes, base, end, firstEpoch, lastEpoch);
    }

    ByteBuffer bytes() {
        return bytes.duplicate();
    }

    @Override
    public long baseOffset() {
        return baseOffset;
    }

    @Override
    public long endOffset() {
        return endOffset;
    }

    @Override
    public int firstEpoch() {
        return firstEpoch;
    }

    @Override
    public int lastEpoch() {
        return lastEpoch;
    }
}
