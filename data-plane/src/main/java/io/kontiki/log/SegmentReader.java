package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.InvalidBatchException.Reason;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.TimestampType;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Finds and reads batches of one segment. Each index entry is verified when it is used, by the batch that it names; if one
 * is wrong, the segment makes its indexes again (rule R8) and the look-up begins anew. Any thread, no lock.
 */
final class SegmentReader {
    private static final int REPLAY_CHUNK_BYTES = 64 * 1024;
    private static final long NONE = -1;

    private final LogSegment segment;
    private final DiskFile file;

    SegmentReader(LogSegment segment) {
        this.segment = segment;
        this.file = segment.file();
    }

    /**
     * See {@link PartitionLog#read}; the offset lies in this segment. Reads headers at both ends and the bytes once.
     *
     * @param segmentEnd offset at which the segment ends
     * @param mayHaveGaps see {@link OffsetCheckpoint}
     */
    LogSlice read(
            long fromOffset,
            int maxBytes,
            long toOffsetExclusive,
            long segmentEnd,
            boolean mayHaveGaps,
            ReadMemory memory) {
        SegmentCursor cursor = SegmentCursor.forLookUp(file);
        moveToBatchOf(cursor, fromOffset, mayHaveGaps);
        if (cursor.header().nextOffset() > toOffsetExclusive) {
            return nothingOf(cursor, fromOffset, segmentEnd);
        }
        long startOffset = cursor.header().baseOffset();
        long start = cursor.position();
        long limit = Math.max(cursor.nextPosition(), start + maxBytes);
        skipTowards(cursor, limit, toOffsetExclusive);
        long end = cursor.position();
        long endOffset = cursor.header().baseOffset();
        boolean there = true;
        while (there && cursor.nextPosition() <= limit && cursor.header().nextOffset() <= toOffsetExclusive) {
            end = cursor.nextPosition();
            endOffset = cursor.header().nextOffset();
            // What lies behind the bound may not be written as a whole yet.
            there = endOffset < toOffsetExclusive && advanceUnlessGarbage(cursor);
        }
        // No checksum covers a batch's offset: the batch behind tells whether the last one has the right one.
        long endMax = there ? Math.min(cursor.header().baseOffset(), segmentEnd) : segmentEnd;
        ByteBuffer bytes = memory.take((int) (end - start));
        cursor.read(start, bytes);
        return new LogSlice(startOffset, endOffset, bytes.flip()).sound(endMax, mayHaveGaps);
    }

    /** The batch reaches beyond what the reader may see; unless it is damaged, and will never end where it should. */
    private LogSlice nothingOf(SegmentCursor cursor, long fromOffset, long segmentEnd) {
        cursor.batch().ensureValidChecksum();
        if (cursor.header().nextOffset() > segmentEnd) {
            throw corrupt("its batch at byte " + cursor.position() + " reaches beyond its end, offset " + segmentEnd);
        }
        return LogSlice.empty(fromOffset);
    }

    /** Garbage behind sound batches is for whoever reads it. */
    private static boolean advanceUnlessGarbage(SegmentCursor cursor) {
        try {
            return cursor.advance();
        } catch (InvalidBatchException garbage) {
            return false;
        }
    }

    /** Moves a cursor on, if the index can, over batches that end at or below both bounds. */
    private void skipTowards(SegmentCursor cursor, long limit, long toOffsetExclusive) {
        long start = cursor.position();
        SegmentIndexes seen = segment.indexes();
        OffsetIndex offsets = seen.offsets();
        int entry = Math.min(offsets.floorOfPosition(limit), offsets.floor(toOffsetExclusive - 1));
        if (entry < 0 || offsets.positionAt(entry) <= start) {
            return;
        }
        boolean usable = offsets.positionAt(entry) <= limit
                && offsets.lastOffsetAt(entry) < toOffsetExclusive
                && seen.moveToEntry(cursor, entry);
        if (!usable) {
            segment.replace(seen);
            cursor.moveTo(start);
        }
    }

    /** The first record between the two offsets that is not older; markers of the log itself do not count. */
    Optional<TimestampOffset> offsetForTimestamp(long timestampMs, long startOffset, long endOffsetExclusive) {
        SegmentCursor cursor = SegmentCursor.forLookUp(file);
        boolean there = seekTime(cursor, timestampMs);
        for (; there && cursor.header().nextOffset() <= endOffsetExclusive; there = cursor.advance()) {
            if (cursor.header().maxTimestampMs() < timestampMs
                    || cursor.header().isControl()) {
                continue;
            }
            for (Record candidate : cursor.batch()) {
                if (candidate.timestampMs() >= timestampMs && candidate.offset() >= startOffset) {
                    return Optional.of(new TimestampOffset(
                            candidate.timestampMs(),
                            candidate.offset(),
                            cursor.header().leaderEpoch()));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Time stamp of the batch that holds an offset, or of the next one: of its first record, or of the append where the
     * leader stamps. Markers of the log itself do not count. Empty if there is none in this segment.
     */
    OptionalLong timestampFrom(long offset, long endOffsetExclusive) {
        SegmentCursor cursor = SegmentCursor.forLookUp(file);
        for (boolean there = seek(cursor, offset);
                there && cursor.header().nextOffset() <= endOffsetExclusive;
                there = cursor.advance()) {
            BatchHeader batch = cursor.header();
            if (batch.lastOffset() >= offset && !batch.isControl()) {
                return OptionalLong.of(
                        batch.timestampType() == TimestampType.LOG_APPEND_TIME
                                ? batch.maxTimestampMs()
                                : batch.baseTimestampMs());
            }
        }
        return OptionalLong.empty();
    }

    /**
     * A cursor at the batch that holds the offset, or at the next one if compaction took the offset away.
     *
     * @throws InvalidBatchException if there is no such batch
     */
    SegmentCursor cursorAtBatchOf(long offset) {
        SegmentCursor cursor = new SegmentCursor(file, 0, file.size(), REPLAY_CHUNK_BYTES);
        moveToBatchOf(cursor, offset, true);
        return cursor;
    }

    /** Hands on the headers of all batches from an offset on; of the markers of transactions the whole batch. */
    void replay(long fromOffset, Consumer<BatchHeader> target) {
        SegmentCursor cursor = new SegmentCursor(file, 0, file.size(), REPLAY_CHUNK_BYTES);
        for (boolean there = seek(cursor, fromOffset); there; there = cursor.advance()) {
            BatchHeader batch = cursor.header();
            if (batch.baseOffset() >= fromOffset) {
                target.accept(batch.isControl() && batch.isTransactional() ? cursor.batch() : batch);
            }
        }
    }

    /** The batch at a position, whole. */
    RecordBatch batchAt(long position) {
        SegmentCursor cursor = new SegmentCursor(file, position, file.size(), BatchHeader.BYTES);
        cursor.advance();
        return cursor.batch();
    }

    /**
     * Each batch that is passed over must lead to the next, or a damaged one would be passed over in silence: its offset is
     * covered by no checksum, and that which covers its last one is compared only where an offset turns out to be missing.
     */
    private void moveToBatchOf(SegmentCursor cursor, long offset, boolean mayHaveGaps) {
        boolean there = seek(cursor, offset);
        long expected = there && cursor.position() > 0 ? cursor.header().baseOffset() : segment.baseOffset();
        long passed = NONE;
        while (there) {
            BatchHeader batch = cursor.header();
            boolean follows = batch.baseOffset() == expected || mayHaveGaps && batch.baseOffset() > expected;
            if (!follows || batch.lastOffsetDelta() < 0 || !mayHaveGaps && batch.baseOffset() > offset) {
                throw corrupt("it has offset " + batch.baseOffset() + " in the place of " + expected);
            }
            if (batch.lastOffset() >= offset) {
                if (batch.baseOffset() > offset && passed != NONE) {
                    batchAt(passed).ensureValidChecksum();
                }
                return;
            }
            expected = batch.nextOffset();
            passed = cursor.position();
            there = cursor.advance();
        }
        throw corrupt("it has no batch with offset " + offset + " up to its end");
    }

    private InvalidBatchException corrupt(String wrong) {
        return new InvalidBatchException(Reason.CORRUPT_BATCH, file.path() + ": " + wrong);
    }

    /** Puts the cursor on a batch from which walking on leads to the offset; false if there is no batch at all. */
    private boolean seek(SegmentCursor cursor, long offset) {
        while (true) {
            SegmentIndexes seen = segment.indexes();
            int entry = seen.offsets().floor(offset);
            if (entry < 0) {
                return cursor.moveTo(0);
            }
            if (seen.moveToEntry(cursor, entry)) {
                return true;
            }
            if (!segment.replace(seen)) {
                return cursor.moveTo(0);
            }
        }
    }

    /**
     * Puts the cursor on a batch before which all records are older. It goes one entry further back than it must: an entry
     * that a flipped bit has moved to another batch of the same timestamp then does no harm.
     */
    private boolean seekTime(SegmentCursor cursor, long timestampMs) {
        while (true) {
            SegmentIndexes seen = segment.indexes();
            TimeIndex times = seen.times();
            int entry = timestampMs == Long.MIN_VALUE ? -1 : times.floor(timestampMs - 1);
            if (entry < 0) {
                return cursor.moveTo(0);
            }
            boolean usable = seen.moveToTimeEntry(cursor, entry)
                    && (entry == 0
                            || (times.offsetAt(entry - 1) < times.offsetAt(entry)
                                    && seen.moveToTimeEntry(cursor, entry - 1)));
            if (usable) {
                return entry > 0 || cursor.moveTo(0);
            }
            if (!segment.replace(seen)) {
                return cursor.moveTo(0);
            }
        }
    }
}
