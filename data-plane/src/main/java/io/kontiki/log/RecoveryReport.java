package io.kontiki.log;

/**
 * What opening a log found.
 *
 * @param recoveryPoint first offset that was not known to be durable
 * @param endOffset log end offset after recovery
 * @param scannedBytes bytes of batches whose checksums were verified
 * @param cutBytes bytes behind the last whole batch that were cut off, dropped segments included; all of them lay at or
 *     above the recovery point
 * @param droppedSegments segments behind the cut that were deleted
 * @param rebuiltIndexes segments below the scan whose indexes were missing or bad
 * @param contradictsCleanEnd whether the log was said to have ended cleanly, but does not end like that: a clean stop does
 *     not vouch for it
 */
public record RecoveryReport(
        long recoveryPoint,
        long endOffset,
        long scannedBytes,
        long cutBytes,
        int droppedSegments,
        int rebuiltIndexes,
        boolean contradictsCleanEnd) {
    /** Whether bytes were lost to a torn tail. */
    public boolean hasCut() {
        return cutBytes > 0;
    }
}
