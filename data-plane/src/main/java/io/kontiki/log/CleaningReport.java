package io.kontiki.log;

/**
 * What one pass over a log did.
 *
 * @param outcome whether it came to its end
 * @param fromOffset first dirty offset before the pass
 * @param toOffset first dirty offset after it; below the end of what could be compacted if the offset map was full
 * @param readBytes of batches, those for the offset map included
 * @param writtenBytes of batches
 * @param removedRecords those that are gone from the log
 * @param segmentsBefore closed segments that the pass replaced
 * @param segmentsAfter what they were replaced by
 */
public record CleaningReport(
        Outcome outcome,
        long fromOffset,
        long toOffset,
        long readBytes,
        long writtenBytes,
        long removedRecords,
        int segmentsBefore,
        int segmentsAfter) {
    /** How a pass ended. */
    public enum Outcome {
        /** There is nothing left that this pass could have done. */
        COMPLETE,
        /** {@link CleaningPace} said so. The next pass does the rest. */
        STOPPED,
        /** The log was truncated, reset or closed, or retention took what was being read. */
        LOG_CHANGED,
        /** There is no room for a copy. Nothing is left behind. */
        DISK_FULL
    }
}
