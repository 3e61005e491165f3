package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import java.nio.ByteBuffer;

/**
 * Batches that a leader wrote, in front of the end of a follower's log. Where compaction took offsets out of the leader's
 * log, an empty batch takes their place: no checksum covers a base offset, so that recovery knows a torn one only where none
 * may be missing, and that is wherever the log grows.
 */
final class FollowingBatches {
    private final String directory;
    private final LogView view;

    /** @param view of the log, which ends where they are to follow */
    FollowingBatches(String directory, LogView view) {
        this.directory = directory;
        this.view = view;
    }

    /**
     * Rule F7, as far as the log can judge: before the first byte is written, everything is known to fit.
     *
     * @param bytes one batch or more, neither bytes nor position change
     * @return all of them and what fills the gaps; the given bytes if there is none
     */
    ByteBuffer withoutGaps(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            throw new IllegalArgumentException("no batch to append");
        }
        long expectedOffset = view.endOffset();
        int gaps = 0;
        int lastEpoch = view.epochs().latestEpoch().orElse(0);
        for (RecordBatch batch : RecordBatches.of(bytes)) {
            batch.ensureValidChecksum();
            if (batch.baseOffset() < expectedOffset) {
                throw mismatch("base offset", batch.baseOffset(), expectedOffset + " or above");
            }
            if (batch.baseOffset() - expectedOffset > Integer.MAX_VALUE) {
                // A segment ends with a batch, whatever compaction took, and spans no more.
                throw mismatch("base offset", batch.baseOffset(), expectedOffset + Integer.MAX_VALUE + " or below");
            }
            if (batch.leaderEpoch() < lastEpoch) {
                throw mismatch("leader epoch", batch.leaderEpoch(), lastEpoch + " or above");
            }
            if (batch.lastOffsetDelta() < 0) {
                throw mismatch("last offset delta", batch.lastOffsetDelta(), "0 or above");
            }
            gaps += batch.baseOffset() > expectedOffset ? 1 : 0;
            expectedOffset = batch.nextOffset();
            lastEpoch = batch.leaderEpoch();
        }
        return gaps == 0 ? bytes : filled(bytes, gaps);
    }

    private AppendMismatchException mismatch(String field, long found, String expected) {
        return new AppendMismatchException(directory, field, found, expected);
    }

    /** What fills a gap is of the epoch before it, so that every epoch begins where it did. */
    private ByteBuffer filled(ByteBuffer bytes, int gaps) {
        ByteBuffer filled = ByteBuffer.allocate(bytes.remaining() + gaps * BatchHeader.BYTES);
        long expectedOffset = view.endOffset();
        int epoch = view.epochs()
                .latestEpoch()
                .orElse(RecordBatch.at(bytes, bytes.position()).leaderEpoch());
        for (RecordBatch batch : RecordBatches.of(bytes)) {
            int missing = (int) (batch.baseOffset() - expectedOffset);
            if (missing > 0) {
                filled.put(RecordBatchBuilder.empty(expectedOffset, missing, epoch));
            }
            filled.put(batch.bytes());
            expectedOffset = batch.nextOffset();
            epoch = batch.leaderEpoch();
        }
        return filled.flip();
    }
}
