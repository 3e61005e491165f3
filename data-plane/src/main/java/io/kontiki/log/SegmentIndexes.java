package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.DiskFile;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The offset and the time index of one segment, and what is needed to go on with them. They are either made from the
 * batches, then they are right; or they come from files, then each entry is verified when it is used.
 *
 * <p>One thread adds, any thread looks up beside it.
 */
final class SegmentIndexes {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentIndexes.class);
    private static final int WALK_CHUNK_BYTES = 64 * 1024;
    private static final int END_CHUNK_BYTES = 8 * 1024;

    private final OffsetIndex offsets;
    private final TimeIndex times;
    private final boolean madeFromBatches;
    private final int intervalBytes;
    private int bytesSinceEntry;
    private long nextOffset;
    private long offsetOfMaxTimestamp;
    private volatile long maxTimestampMs;
    private volatile boolean suspect;

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

    /**
     * Indexes of the batches in a file that are sound, up to the first that is not. Damage of the batches is not reported
     * here: it shows to whoever reads there, and what lies before it can still be read.
     */
    static SegmentIndexes of(DiskFile file, long baseOffset, int intervalBytes) {
        SegmentIndexes made = empty(baseOffset, intervalBytes);
        SegmentCursor cursor = new SegmentCursor(file, 0, file.size(), WALK_CHUNK_BYTES);
        try {
            while (cursor.advance() && cursor.header().baseOffset() >= made.nextOffset()) {
                made.add(cursor.header(), (int) cursor.position());
            }
        } catch (InvalidBatchException garbage) {
            LOG.warn("segment {}: no batch at byte {}: {}", file.path(), cursor.position(), garbage.getMessage());
        }
        return made;
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

    /** Whether an entry led to a wrong place. */
    boolean isSuspect() {
        return suspect;
    }

    void suspect() {
        suspect = true;
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
        OffsetIndex keptOffsets = offsets.below(endOffset);
        // Between entries the time index knows nothing, but for what finish() adds: that holds no longer.
        int lastKept = keptOffsets.count() - 1;
        TimeIndex keptTimes = times.below(lastKept < 0 ? 0 : keptOffsets.lastOffsetAt(lastKept) + 1);
        SegmentIndexes kept = new SegmentIndexes(keptOffsets, keptTimes, madeFromBatches, intervalBytes, endOffset);
        int last = keptTimes.count() - 1;
        kept.offsetOfMaxTimestamp = last < 0 ? 0 : keptTimes.offsetAt(last);
        return kept;
    }

    /** Counts the batches behind the last entries, to the file's end; false if these are wrong. */
    boolean resume(DiskFile file) {
        return walkFromLastEntries(file, WALK_CHUNK_BYTES, batch -> {
            count(batch);
            bytesSinceEntry += batch.sizeInBytes();
        });
    }

    /** The offset to which the last entries lead, over whole batches to the file's end; empty if they do not. */
    OptionalLong endIn(DiskFile file, long baseOffset) {
        SegmentIndexes seen = empty(baseOffset, intervalBytes);
        boolean sound = walkFromLastEntries(file, END_CHUNK_BYTES, seen::count);
        return sound && seen.maxTimestampMs <= times.maxTimestampMs()
                ? OptionalLong.of(seen.nextOffset)
                : OptionalLong.empty();
    }

    /**
     * Hands on the batch that the last offset entry names, and those behind it.
     *
     * @return whether the last entries are right and whole batches follow up to the file's end
     */
    private boolean walkFromLastEntries(DiskFile file, int chunkBytes, Consumer<BatchHeader> target) {
        SegmentCursor cursor = new SegmentCursor(file, 0, file.size(), chunkBytes);
        try {
            int lastTime = times.count() - 1;
            int last = offsets.count() - 1;
            if (lastTime >= 0 && !moveToTimeEntry(cursor, lastTime) || last >= 0 && !moveToEntry(cursor, last)) {
                return false;
            }
            for (boolean there = last >= 0 || cursor.moveTo(0); there; there = cursor.advance()) {
                target.accept(cursor.header());
            }
            return cursor.position() == file.size();
        } catch (InvalidBatchException wrong) {
            return false;
        }
    }

    /** Puts a cursor on the batch that an entry of the offset index names; false if it names none. */
    boolean moveToEntry(SegmentCursor cursor, int entry) {
        int position = offsets.positionAt(entry);
        try {
            return position >= 0
                    && cursor.moveTo(position)
                    && cursor.header().lastOffset() == offsets.lastOffsetAt(entry);
        } catch (InvalidBatchException none) {
            return false;
        }
    }

    /** Puts a cursor on the batch that an entry of the time index names; false if it names none. */
    boolean moveToTimeEntry(SegmentCursor cursor, int timeEntry) {
        long offset = times.offsetAt(timeEntry);
        int entry = offsets.floor(offset);
        try {
            boolean there = entry < 0 ? cursor.moveTo(0) : moveToEntry(cursor, entry);
            while (there && cursor.header().lastOffset() < offset) {
                there = cursor.advance();
            }
            return there
                    && cursor.header().lastOffset() == offset
                    && cursor.header().maxTimestampMs() == times.timestampMsAt(timeEntry);
        } catch (InvalidBatchException garbage) {
            return false;
        }
    }
}
