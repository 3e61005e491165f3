package io.kontiki.log;

import io.kontiki.log.LogConfig.Compaction;
import io.kontiki.record.BatchHeader;

/**
 * What a pass over a log would work on. Only whole closed segments, from the first one on, as far as they lie below the
 * limit and are old enough (rule V7). Immutable.
 */
public final class CleaningPlan {
    private final LogView view;
    private final int segments;
    private final long firstDirtyOffset;
    private final long endOffset;
    private final long dirtyBytes;
    private final long totalBytes;
    private final boolean mayForget;
    private final boolean isOverdue;
    private final boolean isDue;

    private CleaningPlan(
            LogView view,
            CleanerCheckpoint checkpoint,
            Compaction settings,
            int segments,
            boolean mayForget,
            long nowMs) {
        long start = view.segments()[0].baseOffset();
        this.view = view;
        this.segments = segments;
        this.mayForget = mayForget;
        this.endOffset = view.segments()[segments].baseOffset();
        this.firstDirtyOffset = Math.max(start, Math.min(checkpoint.firstDirtyOffset(), endOffset));
        this.totalBytes = bytesFrom(0);
        this.dirtyBytes = firstDirtyOffset < endOffset ? measureDirtyBytes() : 0;
        boolean horizonPassed = mayForget
                && checkpoint.latestHorizonMs() != CleanerCheckpoint.NONE
                && checkpoint.latestHorizonMs() <= nowMs;
        this.isOverdue = segments > 0 && horizonPassed || dirtyBytes > 0 && waitedTooLong(settings, nowMs);
        this.isDue = isOverdue || dirtyBytes > 0 && dirtyRatio() >= settings.minDirtyRatio();
    }

    /**
     * @param limitOffset no segment that ends above it is compacted: the high watermark or, if lower, the LSO
     * @param mayForget whether what was kept for a time may go after it
     */
    static CleaningPlan of(
            LogView view,
            CleanerCheckpoint checkpoint,
            Compaction settings,
            long limitOffset,
            boolean mayForget,
            long nowMs) {
        int segments = 0;
        while (segments < view.segments().length - 1
                && view.segments()[segments + 1].baseOffset() <= limitOffset
                && isOldEnough(view.segments()[segments], settings, nowMs)) {
            segments++;
        }
        return new CleaningPlan(view, checkpoint, settings, segments, mayForget, nowMs);
    }

    private static boolean isOldEnough(LogSegment segment, Compaction settings, long nowMs) {
        return settings.minLagMillis() == 0 || segment.maxTimestampMs() <= nowMs - settings.minLagMillis();
    }

    private long bytesFrom(int first) {
        long bytes = 0;
        for (int i = first; i < segments; i++) {
            bytes += view.segments()[i].sizeInBytes();
        }
        return bytes;
    }

    private long measureDirtyBytes() {
        int first = view.segmentOf(firstDirtyOffset);
        LogSegment partly = view.segments()[first];
        return firstDirtyOffset == partly.baseOffset()
                ? bytesFrom(first)
                : bytesFrom(first)
                        - partly.reader().cursorAtBatchOf(firstDirtyOffset).position();
    }

    private boolean waitedTooLong(Compaction settings, long nowMs) {
        if (settings.maxLagMillis() == Long.MAX_VALUE) {
            return false;
        }
        long since = view.segments()[view.segmentOf(firstDirtyOffset)]
                .reader()
                .cursorAtBatchOf(firstDirtyOffset)
                .header()
                .maxTimestampMs();
        return since != BatchHeader.NO_TIMESTAMP && since <= nowMs - settings.maxLagMillis();
    }

    /** Bytes of batches that are not compacted and may be. */
    public long dirtyBytes() {
        return dirtyBytes;
    }

    /** Share of the bytes which may be compacted that is not compacted, from 0 to 1. */
    public double dirtyRatio() {
        return totalBytes == 0 ? 0 : (double) dirtyBytes / totalBytes;
    }

    /** Whether records waited too long, or what was kept for a time may go: then the ratio does not matter. */
    public boolean isOverdue() {
        return isOverdue;
    }

    /** Whether a pass is worth its work. */
    public boolean isDue() {
        return isDue;
    }

    /** The log as the plan saw it. */
    LogView view() {
        return view;
    }

    /** How many of its segments may be compacted, from the first one on. */
    int segments() {
        return segments;
    }

    /** Whether tombstones and markers that were kept long enough may go. */
    boolean mayForget() {
        return mayForget;
    }

    /** Below it the log is compacted. */
    long firstDirtyOffset() {
        return firstDirtyOffset;
    }

    /** Where the last of the segments ends. */
    long endOffset() {
        return endOffset;
    }
}
