package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.InvalidBatchException.Reason;
import io.kontiki.record.Record;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A part of the log: one file of batches and its two sparse indexes. The writer thread appends and cuts; any thread reads
 * beside it; index files belong to who holds the log's flush lock.
 */
final class LogSegment {
    /** A short scan behind an index entry stays within a few kilobytes. */
    private static final int READ_CHUNK_BYTES = 8 * 1024;

    private final LogDirectory directory;
    private final long baseOffset;
    private final int indexIntervalBytes;
    private final DiskFile file;
    private final IndexEntries offsets = IndexEntries.byOffset();
    private final IndexEntries times = IndexEntries.byTimestamp();
    private int bytesSinceEntry;
    private volatile long maxTimestampMs = BatchHeader.NO_TIMESTAMP;
    private int offsetOfMaxTimestamp;
    private IndexFiles indexFiles = IndexFiles.NONE;

    /** The open index files of a segment that does not grow any more; none while it does. */
    private record IndexFiles(DiskFile offsets, DiskFile times) {
        static final IndexFiles NONE = new IndexFiles(null, null);

        void close() {
            if (this != NONE) {
                offsets.close();
                times.close();
            }
        }
    }

    private LogSegment(LogDirectory directory, long baseOffset, int indexIntervalBytes) {
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.indexIntervalBytes = indexIntervalBytes;
        this.file = directory.disk().open(directory.file(baseOffset, LogDirectory.LOG));
    }

    /** Opens a segment without looking at its indexes. Creates it if it is not there. */
    static LogSegment open(LogDirectory directory, long baseOffset, LogConfig config) {
        return new LogSegment(directory, baseOffset, config.indexIntervalBytes());
    }

    long baseOffset() {
        return baseOffset;
    }

    DiskFile file() {
        return file;
    }

    int sizeInBytes() {
        return (int) file.size();
    }

    long maxTimestampMs() {
        return maxTimestampMs;
    }

    /**
     * Whether a batch still belongs here; an empty segment takes any.
     *
     * @param pendingBytes bytes that will be written before it
     */
    boolean hasRoomFor(BatchHeader batch, long pendingBytes, int segmentBytes) {
        long before = file.size() + pendingBytes;
        return before == 0
                || (before + batch.sizeInBytes() <= segmentBytes
                        && batch.lastOffset() - baseOffset <= Integer.MAX_VALUE);
    }

    /** Hands on the headers of all batches from an offset on. */
    void replay(long fromOffset, Consumer<BatchHeader> target) {
        SegmentCursor cursor = cursorBefore(fromOffset);
        while (cursor.advance()) {
            if (cursor.header().baseOffset() >= fromOffset) {
                target.accept(cursor.header());
            }
        }
    }

    /** Takes a batch into the indexes that lies in the file at that position. */
    void index(BatchHeader batch, int position) {
        int lastOffset = (int) (batch.lastOffset() - baseOffset);
        noteTimestamp(batch, lastOffset);
        if (bytesSinceEntry > indexIntervalBytes) {
            offsets.append(lastOffset, position);
            appendTimeEntry();
            bytesSinceEntry = 0;
        }
        bytesSinceEntry += batch.sizeInBytes();
    }

    private void noteTimestamp(BatchHeader batch, int lastOffset) {
        if (batch.maxTimestampMs() > maxTimestampMs) {
            offsetOfMaxTimestamp = lastOffset;
            maxTimestampMs = batch.maxTimestampMs();
        }
    }

    private void appendTimeEntry() {
        long last = times.count() == 0 ? BatchHeader.NO_TIMESTAMP : times.keyAt(times.count() - 1);
        if (maxTimestampMs > last) {
            times.append(maxTimestampMs, offsetOfMaxTimestamp);
        }
    }

    /** The segment will not grow any more: the time index gets its last word. */
    void seal() {
        appendTimeEntry();
    }

    /** Writes both indexes, durably, and looks up in the files from now on. Flush lock. */
    void persistIndexes() {
        if (indexFiles != IndexFiles.NONE) {
            return;
        }
        indexFiles =
                new IndexFiles(persist(offsets, LogDirectory.OFFSET_INDEX), persist(times, LogDirectory.TIME_INDEX));
        offsets.readFrom(indexFiles.offsets());
        times.readFrom(indexFiles.times());
    }

    private DiskFile persist(IndexEntries entries, String suffix) {
        String path = directory.file(baseOffset, suffix);
        ByteBuffer contents = entries.contents();
        byte[] bytes = new byte[contents.remaining()];
        contents.get(bytes);
        directory.disk().writeAtomically(path, bytes);
        return directory.disk().open(path);
    }

    /** Looks up in index files that are there; false if they are missing or plainly not this segment's. */
    boolean useIndexFiles() {
        String offsetPath = directory.file(baseOffset, LogDirectory.OFFSET_INDEX);
        String timePath = directory.file(baseOffset, LogDirectory.TIME_INDEX);
        if (!directory.disk().exists(offsetPath) || !directory.disk().exists(timePath)) {
            return false;
        }
        DiskFile offsetFile = directory.disk().open(offsetPath);
        DiskFile timeFile = directory.disk().open(timePath);
        indexFiles = new IndexFiles(offsetFile, timeFile);
        if (!offsets.canReadFrom(offsetFile) || !times.canReadFrom(timeFile)) {
            forgetIndexes();
            return false;
        }
        offsets.readFrom(offsetFile);
        times.readFrom(timeFile);
        if (times.count() > 0) {
            maxTimestampMs = times.keyAt(times.count() - 1);
            offsetOfMaxTimestamp = times.valueAt(times.count() - 1);
        }
        return true;
    }

    /** Empties the indexes, in memory; the caller fills them again. */
    void forgetIndexes() {
        offsets.keepFirst(0);
        times.keepFirst(0);
        indexFiles.close();
        indexFiles = IndexFiles.NONE;
        maxTimestampMs = BatchHeader.NO_TIMESTAMP;
        bytesSinceEntry = 0;
    }

    /** Whether the batches behind the last index entry lead exactly to the segment's end and that offset. */
    boolean endsAt(long endOffset) {
        try {
            int last = offsets.count() - 1;
            SegmentCursor cursor = cursorAt(last < 0 ? 0 : offsets.valueAt(last));
            long expected = baseOffset;
            boolean first = true;
            while (cursor.advance()) {
                BatchHeader batch = cursor.header();
                if (first && last >= 0 && batch.lastOffset() - baseOffset != offsets.keyAt(last)) {
                    return false;
                }
                first = false;
                expected = batch.nextOffset();
            }
            return cursor.position() == file.size() && expected == endOffset;
        } catch (InvalidBatchException garbage) {
            return false;
        }
    }

    /** A cursor before the first batch that may hold the offset. */
    private SegmentCursor cursorBefore(long offset) {
        int entry = offsets.floor(offset - baseOffset);
        return cursorAt(entry < 0 ? 0 : offsets.valueAt(entry));
    }

    private SegmentCursor cursorAt(long position) {
        return new SegmentCursor(file, position, file.size(), READ_CHUNK_BYTES);
    }

    /**
     * A cursor at the batch that holds the offset.
     *
     * @throws InvalidBatchException if there is no such batch
     */
    SegmentCursor cursorAtBatchOf(long offset) {
        SegmentCursor cursor = cursorBefore(offset);
        while (cursor.advance()) {
            if (cursor.header().lastOffset() >= offset) {
                return cursor;
            }
        }
        throw new InvalidBatchException(
                Reason.CORRUPT_BATCH, file.path() + " has no batch with offset " + offset + " up to its end");
    }

    /** See {@link PartitionLog#read}; the offset lies in this segment. */
    LogSlice read(long fromOffset, int maxBytes, long toOffsetExclusive) {
        SegmentCursor cursor = cursorAtBatchOf(fromOffset);
        BatchHeader first = cursor.header();
        if (first.nextOffset() > toOffsetExclusive) {
            return LogSlice.empty(fromOffset);
        }
        long startOffset = first.baseOffset();
        long available = file.size() - cursor.position();
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(available, Math.max(first.sizeInBytes(), maxBytes)));
        file.read(cursor.position(), bytes);
        bytes.flip();
        int end = 0;
        long endOffset = startOffset;
        while (bytes.limit() - end >= BatchHeader.BYTES) {
            BatchHeader batch = BatchHeader.at(bytes, end);
            if (batch.sizeInBytes() > bytes.limit() - end || batch.nextOffset() > toOffsetExclusive) {
                break;
            }
            end += batch.sizeInBytes();
            endOffset = batch.nextOffset();
        }
        return new LogSlice(startOffset, endOffset, bytes.limit(end));
    }

    /** The first record below the end offset that is not older; markers of the log itself do not count. */
    Optional<TimestampOffset> offsetForTimestamp(long timestampMs, long endOffset) {
        int entry = times.floor(timestampMs - 1);
        SegmentCursor cursor = entry < 0 ? cursorAt(0) : cursorBefore(baseOffset + times.valueAt(entry));
        while (cursor.advance() && cursor.header().nextOffset() <= endOffset) {
            if (cursor.header().maxTimestampMs() < timestampMs
                    || cursor.header().isControl()) {
                continue;
            }
            for (Record candidate : cursor.batch()) {
                if (candidate.timestampMs() >= timestampMs) {
                    return Optional.of(new TimestampOffset(
                            candidate.timestampMs(),
                            candidate.offset(),
                            cursor.header().leaderEpoch()));
                }
            }
        }
        return Optional.empty();
    }

    /** Cuts the file at a batch's start; the segment grows again from there. Flush lock and writer thread. */
    void truncateTo(int position, long endOffset) {
        file.truncate(position);
        offsets.keepFirst(offsets.floor(endOffset - 1 - baseOffset) + 1);
        int kept = times.count();
        while (kept > 0 && times.valueAt(kept - 1) >= endOffset - baseOffset) {
            kept--;
        }
        times.keepFirst(kept);
        indexFiles.close();
        indexFiles = IndexFiles.NONE;
        deleteIndexFiles();
        resumeIndexing();
    }

    /** Brings the running figures of the index to what they were when the last batch kept had been appended. */
    private void resumeIndexing() {
        int lastTime = times.count() - 1;
        maxTimestampMs = lastTime < 0 ? BatchHeader.NO_TIMESTAMP : times.keyAt(lastTime);
        offsetOfMaxTimestamp = lastTime < 0 ? 0 : times.valueAt(lastTime);
        bytesSinceEntry = 0;
        int last = offsets.count() - 1;
        SegmentCursor cursor = cursorAt(last < 0 ? 0 : offsets.valueAt(last));
        while (cursor.advance()) {
            noteTimestamp(cursor.header(), (int) (cursor.header().lastOffset() - baseOffset));
            bytesSinceEntry += cursor.header().sizeInBytes();
        }
    }

    void close() {
        file.close();
        indexFiles.close();
    }

    /** Closes and deletes all files; the caller flushes the directory. */
    void delete() {
        close();
        deleteIndexFiles();
        directory.disk().delete(file.path());
    }

    private void deleteIndexFiles() {
        directory.disk().delete(directory.file(baseOffset, LogDirectory.OFFSET_INDEX));
        directory.disk().delete(directory.file(baseOffset, LogDirectory.TIME_INDEX));
    }
}
