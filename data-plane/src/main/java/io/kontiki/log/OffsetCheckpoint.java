package io.kontiki.log;

/**
 * What a log notes of itself from time to time, in one file of its own.
 *
 * @param recoveryPoint first offset not known to be durable
 * @param logStartOffset first offset that may be read; noted before files below it are deleted (rule R15)
 * @param highWatermark a hint: some offset that was committed
 * @param mayHaveGaps whether offsets may be missing between two batches of a segment, since compaction took them out here
 *     or where the batches came from; noted before the first gap is. No checksum covers a batch's base offset: without
 *     gaps it is known all the same
 */
record OffsetCheckpoint(long recoveryPoint, long logStartOffset, long highWatermark, boolean mayHaveGaps) {
    /** Of a log that has noted nothing yet. */
    static final OffsetCheckpoint OF_NEW_LOG = new OffsetCheckpoint(0, 0, 0, false);

    /** Of a log whose note is lost. */
    static final OffsetCheckpoint UNKNOWN = new OffsetCheckpoint(0, 0, 0, true);

    /** Nothing at or above the offset counts any more. */
    OffsetCheckpoint cutTo(long offset) {
        return new OffsetCheckpoint(
                Math.min(recoveryPoint, offset),
                Math.min(logStartOffset, offset),
                Math.min(highWatermark, offset),
                mayHaveGaps);
    }

    OffsetCheckpoint withGaps() {
        return new OffsetCheckpoint(recoveryPoint, logStartOffset, highWatermark, true);
    }
}
