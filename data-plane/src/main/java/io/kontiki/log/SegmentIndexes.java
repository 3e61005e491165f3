package io.kontiki.log;

import io.kontiki.record.BatchHeader;

/**
 * The offset and the time index of one segment, and what is needed to go on with them. They are either made from the
 * batches, then they are right; or they come from files, then each entry is verified when it is used.
 *
 * <p>One thread adds, any thread looks up beside it.
 */
final class SegmentIndexes {
    private final OffsetIndex offsets;
    private final TimeIndex times;
    private final boolean madeFromBatches;
    private final int intervalBytes;
    private int bytesSinceEntry;
    private long nextOffset;
    private long offsetOfMaxTimestamp;
    private volatile long maxTimestampMs;

    private SegmentIndexes(
            OffsetIndex offsets, TimeIndex times, boolean madeFromBatches, int intervalBytes, long nextOffset) {
        this.offsets = offsets;
        this.times = times;
        this.madeFromBatches = madeFromBatches;
        this.intervalBytes = intervalBytes;
        this.nextOffset = nextOffset;
        this.maxTimestampMs = times.maxTimestampMs();
    }

    /** @param intervalBytes of batches between two entries */
    static SegmentIndexes empty(long baseOffset, int intervalBytes) {
        return new SegmentIndexes(
                OffsetIndex.empty(baseOffset), TimeIndex.empty(baseOffset), true, intervalBytes, baseOffset);
    }

    static SegmentIndexes inFiles(OffsetIndex offsets, TimeIndex times, int intervalBytes) {
        return new SegmentIndexes(offsets, times, false, intervalBytes, 0);
    }

    OffsetIndex offsets() {
        return offsets;
    }

    TimeIndex times() {
        return times;
    }

    boolean madeFromBatches() {
        return madeFromBatches;
    }

    /** Offset behind the last batch added. */
    long nextOffset() {
        return nextOffset;
    }

    long maxTimestampMs() {
        return maxTimestampMs;
    }

    /** Takes the next batch of the segment, which lies at that position. */
    void add(BatchHeader batch, int position) {
        count(batch);
        if (bytesSinceEntry > intervalBytes) {
            offsets.append(batch.lastOffset(), position);
            times.append(maxTimestampMs, offsetOfMaxTimestamp);
            bytesSinceEntry = 0;
        }
        bytesSinceEntry += batch.sizeInBytes();
    }

    private void count(BatchHeader batch) {
        if (batch.maxTimestampMs() > maxTimestampMs) {
            offsetOfMaxTimestamp = batch.lastOffset();
            maxTimestampMs = batch.maxTimestampMs();
        }
        nextOffset = batch.nextOffset();
    }

    /** No batch will follow: the last time entry tells the greatest timestamp. */
    void finish() {
        times.append(maxTimestampMs, offsetOfMaxTimestamp);
    }

    /** A copy in memory of the entries below an offset. It may grow once {@link #resume} had the batches behind them. */
    SegmentIndexes below(long endOffset) {
        TimeIndex keptTimes = times.below(endOffset);
        SegmentIndexes kept =
                new SegmentIndexes(offsets.below(endOffset), keptTimes, madeFromBatches, intervalBytes, endOffset);
        int last = keptTimes.count() - 1;
        kept.offsetOfMaxTimestamp = last < 0 ? 0 : keptTimes.offsetAt(last);
        return kept;
    }

    /** Counts a batch that lies behind the last entry, or is the one that it names. */
    void resume(BatchHeader batch) {
        count(batch);
        bytesSinceEntry += batch.sizeInBytes();
    }
}
