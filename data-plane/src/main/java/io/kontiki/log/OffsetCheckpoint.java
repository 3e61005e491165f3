package io.kontiki.log;

/**
 * What a log notes of itself from time to time, in one file of its own.
 *
 * @param recoveryPoint first offset not known to be durable; at or above the log start
 * @param logStartOffset first offset that may be read; noted before files below it are deleted (rule R15)
 * @param highWatermark a hint: some offset that was committed
 * @param mayHaveGaps whether offsets may be missing between two batches of a segment, since compaction took them out; noted
 *     before the first gap is
 * @param epochsChecksum {@link LeaderEpochIndex#checksum} of the epochs between log start and recovery point: their own
 *     file has Kafka's format, which has none
 */
record OffsetCheckpoint(
        long recoveryPoint, long logStartOffset, long highWatermark, boolean mayHaveGaps, long epochsChecksum) {
    /** Of a log that has noted nothing yet. */
    static final OffsetCheckpoint OF_NEW_LOG =
            new OffsetCheckpoint(0, 0, 0, false, LeaderEpochIndex.empty().checksum());

    /** Of a log whose note is lost: nothing is known to be durable. It equals nothing that was ever noted. */
    static final OffsetCheckpoint UNKNOWN = new OffsetCheckpoint(0, 0, 0, true, -1);

    static OffsetCheckpoint of(
            long recoveryPoint, long logStartOffset, long highWatermark, boolean mayHaveGaps, LeaderEpochIndex epochs) {
        return new OffsetCheckpoint(
                recoveryPoint,
                logStartOffset,
                highWatermark,
                mayHaveGaps,
                epochs.startingAt(logStartOffset).truncatedTo(recoveryPoint).checksum());
    }

    /** Whether epochs are those that were noted, as far as they lie below the recovery point. */
    boolean vouchesFor(LeaderEpochIndex epochs) {
        return equals(of(recoveryPoint, logStartOffset, highWatermark, mayHaveGaps, epochs));
    }

    /**
     * Nothing at or above the offset counts any more.
     *
     * @param epochs what the file of the epochs says
     */
    OffsetCheckpoint cutTo(long offset, LeaderEpochIndex epochs) {
        return of(
                Math.min(recoveryPoint, offset),
                Math.min(logStartOffset, offset),
                Math.min(highWatermark, offset),
                mayHaveGaps,
                epochs);
    }

    /**
     * Offsets may be missing below it, nowhere else; 0 if none is. No checksum covers a batch's base offset: without gaps it
     * is known all the same, and what a power cut tears lies above the recovery point.
     */
    long gapsBelow() {
        return mayHaveGaps ? recoveryPoint : 0;
    }
}
