package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.InvalidBatchException.Reason;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of the log: one file of batches and its sparse indexes. The writer thread appends and cuts; any thread reads
 * beside it; index files belong to who holds the log's flush lock.
 *
 * <p>While a segment grows, its indexes are in memory. Once it is closed they are written, forgotten, and mapped when
 * someone looks something up. Until then a closed segment has cost a question for its file's size and nothing else: after
 * a clean stop neither its end nor its indexes are looked at before the first look-up, which is the price for opening
 * thousands of segments at once. From then on each entry is verified when it is used. A wrong index is made again from the batches (rule R8) and written with the next checkpoint; whoever looked
 * something up notices nothing but the time it takes. What is wrong with the batches themselves shows to whoever reads
 * them, and to the scrub.
 *
 * <p>Look-ups take no lock, except that the first one of a closed segment, and one that finds an index wrong, let others
 * of the same segment wait instead of doing the same work.
 */
final class LogSegment {
    private static final Logger LOG = LoggerFactory.getLogger(LogSegment.class);
    private static final int REPLAY_CHUNK_BYTES = 64 * 1024;
    private static final int END_CHUNK_BYTES = 8 * 1024;
    private static final long NOT_KNOWN = Long.MIN_VALUE;
    private static final long WRONG = -1;

    private final LogDirectory directory;
    private final long baseOffset;
    private final int indexIntervalBytes;
    private final DiskFile file;
    private final IndexFiles files;

    /** What follows is changed under this object's lock and read without. Null: in the files, not looked at yet. */
    private volatile SegmentIndexes indexes;

    private volatile TransactionIndex transactions;
    private volatile long endOffset;
    private volatile boolean growing;
    private volatile long maxTimestampMs = NOT_KNOWN;
    private boolean mayMap = true;
    private boolean indexesWritten;
    private boolean transactionsWritten;
    private boolean suspect;
    private boolean closed;

    private LogSegment(LogDirectory directory, long baseOffset, DiskFile file, int indexIntervalBytes) {
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.indexIntervalBytes = indexIntervalBytes;
        this.file = file;
        this.files = new IndexFiles(directory, baseOffset);
        forgetIndexes();
    }

    /** A new segment in a file that does not have the segment's name yet. */
    static LogSegment over(LogDirectory directory, long baseOffset, DiskFile file, LogConfig config) {
        return new LogSegment(directory, baseOffset, file, config.indexIntervalBytes());
    }

    /** Opens a segment that grows, with empty indexes whatever its file holds. Creates it if it is not there. */
    static LogSegment open(LogDirectory directory, long baseOffset, LogConfig config) {
        return over(directory, baseOffset, directory.disk().open(directory.file(baseOffset, LogDirectory.LOG)), config);
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

    /** Greatest timestamp of the batches, or {@link BatchHeader#NO_TIMESTAMP}. */
    long maxTimestampMs() {
        if (growing) {
            return indexes().maxTimestampMs();
        }
        if (maxTimestampMs == NOT_KNOWN) {
            maxTimestampMs = indexes().maxTimestampMs();
        }
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

    /** Takes a batch into the indexes that lies in the file at that position. */
    void index(BatchHeader batch, int position) {
        indexes.add(batch, position);
    }

    /** Takes a transaction into the index whose marker lies in this segment. */
    void addAborted(AbortedTransaction aborted) {
        transactions.append(aborted);
    }

    /** The segment will not grow any more. Writer thread. */
    synchronized void seal() {
        if (!growing) {
            return;
        }
        indexes.finish();
        endOffset = indexes.nextOffset();
        maxTimestampMs = indexes.maxTimestampMs();
        growing = false;
        if (suspect) {
            // There are no files, so whoever looks first makes them again.
            indexes = null;
            maxTimestampMs = NOT_KNOWN;
        }
    }

    /**
     * The segment does not grow, and what its index files say counts. No file is looked into: that is done at the first
     * look-up.
     *
     * @param end where the next segment begins
     */
    synchronized void closeAt(long end) {
        indexes = null;
        transactions = null;
        growing = false;
        endOffset = end;
        indexesWritten = true;
        transactionsWritten = true;
    }

    /** As {@link #closeAt}; false, and nothing has changed, if index files are missing. */
    boolean useIndexFiles() {
        if (!files.exist()) {
            return false;
        }
        closeAt(Long.MAX_VALUE);
        return true;
    }

    /** Whether the index files are right, as far as their last entries show, and the batches end exactly at an offset. */
    synchronized boolean endsAt(long end) {
        Optional<SegmentIndexes> found = files.open(indexIntervalBytes, mayMap);
        if (found.isEmpty() || endOf(found.get()) != end) {
            return false;
        }
        endOffset = end;
        indexes = found.get();
        return true;
    }

    /** A mapped page could not be read: index files are copied from now on, which tells what is wrong with them. */
    synchronized void mapNoMore() {
        mayMap = false;
        if (indexesWritten && !growing) {
            indexes = null;
        }
    }

    /** Writes what is not in the index files yet, durably, and looks up in these from now on. Flush lock. */
    void persistIndexes() {
        if (indexes == null && transactions == null) {
            return;
        }
        synchronized (this) {
            if (closed || growing) {
                return;
            }
            if (!transactionsWritten && transactions != null) {
                files.write(transactions);
                transactionsWritten = true;
            }
            if (!indexesWritten && indexes != null) {
                if (firstLookAtTransactions().isEmpty()) {
                    // With the other index files there, a missing transaction index would mean that nothing was
                    // aborted.
                    return;
                }
                files.write(indexes);
                indexesWritten = true;
                indexes = null;
            }
        }
    }

    /** Empties the indexes, in memory; the caller fills them again. */
    synchronized void forgetIndexes() {
        indexes = SegmentIndexes.empty(baseOffset, indexIntervalBytes);
        grow(TransactionIndex.empty(baseOffset));
    }

    private void grow(TransactionIndex aborted) {
        transactions = aborted;
        growing = true;
        suspect = false;
        indexesWritten = false;
        transactionsWritten = false;
        maxTimestampMs = NOT_KNOWN;
    }

    private SegmentIndexes indexes() {
        SegmentIndexes seen = indexes;
        return seen != null ? seen : firstLook();
    }

    private synchronized SegmentIndexes firstLook() {
        if (indexes == null) {
            requireOpen();
            Optional<SegmentIndexes> found = files.open(indexIntervalBytes, mayMap);
            long end = found.isPresent() ? endOf(found.get()) : WRONG;
            if (end == WRONG || end > endOffset) {
                indexes = madeAgain("its index files are missing or wrong");
            } else {
                indexes = found.get();
                if (end < endOffset && endOffset != Long.MAX_VALUE) {
                    LOG.warn("segment {}: ends at offset {}, the next begins at {}", file.path(), end, endOffset);
                }
            }
        }
        return indexes;
    }

    /** The offset to which the last entries lead, over whole batches to the file's end; {@link #WRONG} if they do not. */
    private long endOf(SegmentIndexes found) {
        SegmentCursor cursor = new SegmentCursor(file, 0, file.size(), END_CHUNK_BYTES);
        try {
            int lastTime = found.times().count() - 1;
            if (lastTime >= 0 && !namesBatch(cursor, found, lastTime)) {
                return WRONG;
            }
            int last = found.offsets().count() - 1;
            long end = last < 0 ? baseOffset : WRONG;
            boolean there = last < 0 ? cursor.moveTo(0) : namesBatch(cursor, found.offsets(), last);
            for (; there; there = cursor.advance()) {
                if (cursor.header().maxTimestampMs() > found.times().maxTimestampMs()) {
                    return WRONG;
                }
                end = cursor.header().nextOffset();
            }
            return cursor.position() == file.size() ? end : WRONG;
        } catch (InvalidBatchException wrong) {
            return WRONG;
        }
    }

    /** Puts the cursor on the batch that an entry names; false if it names none. */
    private static boolean namesBatch(SegmentCursor cursor, OffsetIndex offsets, int entry) {
        int position = offsets.positionAt(entry);
        try {
            return position >= 0
                    && cursor.moveTo(position)
                    && cursor.header().lastOffset() == offsets.lastOffsetAt(entry);
        } catch (InvalidBatchException none) {
            return false;
        }
    }

    private static boolean namesBatch(SegmentCursor cursor, SegmentIndexes seen, int timeEntry) {
        long offset = seen.times().offsetAt(timeEntry);
        int entry = seen.offsets().floor(offset);
        try {
            boolean there = entry < 0 ? cursor.moveTo(0) : namesBatch(cursor, seen.offsets(), entry);
            while (there && cursor.header().lastOffset() < offset) {
                there = cursor.advance();
            }
            return there
                    && cursor.header().lastOffset() == offset
                    && cursor.header().maxTimestampMs() == seen.times().timestampMsAt(timeEntry);
        } catch (InvalidBatchException garbage) {
            return false;
        }
    }

    /**
     * Indexes of the batches that are sound. Damage of the batches is not reported here: it shows to whoever reads there,
     * and what lies before it can still be read.
     */
    private SegmentIndexes madeAgain(String why) {
        LOG.warn("segment {}: {}, they are made again from its batches", file.path(), why);
        SegmentIndexes made = SegmentIndexes.empty(baseOffset, indexIntervalBytes);
        SegmentCursor cursor = new SegmentCursor(file, 0, file.size(), REPLAY_CHUNK_BYTES);
        try {
            while (cursor.advance() && cursor.header().baseOffset() >= made.nextOffset()) {
                made.add(cursor.header(), (int) cursor.position());
            }
        } catch (InvalidBatchException garbage) {
            LOG.warn("segment {}: no batch at byte {}: {}", file.path(), cursor.position(), garbage.getMessage());
        }
        if (!growing) {
            made.finish();
        }
        indexesWritten = false;
        return made;
    }

    /**
     * Indexes led to a wrong place.
     *
     * @return whether there are others now; else the segment is to be walked from its start
     */
    private synchronized boolean replace(SegmentIndexes wrong) {
        if (indexes != wrong) {
            return true;
        }
        if (!growing && !wrong.madeFromBatches()) {
            indexes = madeAgain("its index files are wrong");
            maxTimestampMs = indexes.maxTimestampMs();
            return true;
        }
        if (!suspect) {
            LOG.warn("segment {}: no batch where its index says; it is read from the start", file.path());
            suspect = true;
        }
        return false;
    }

    /** Puts the cursor on a batch from which walking on leads to the offset; false if there is no batch at all. */
    private boolean seek(SegmentCursor cursor, long offset) {
        while (true) {
            SegmentIndexes seen = indexes();
            int entry = seen.offsets().floor(offset);
            if (entry < 0) {
                return cursor.moveTo(0);
            }
            if (namesBatch(cursor, seen.offsets(), entry)) {
                return true;
            }
            if (!replace(seen)) {
                return cursor.moveTo(0);
            }
        }
    }

    /**
     * A cursor at the batch that holds the offset, or at the next one if compaction took the offset away.
     *
     * @throws InvalidBatchException if there is no such batch
     */
    SegmentCursor cursorAtBatchOf(long offset) {
        SegmentCursor cursor = new SegmentCursor(file, 0, file.size(), REPLAY_CHUNK_BYTES);
        moveToBatchOf(cursor, offset);
        return cursor;
    }

    private void moveToBatchOf(SegmentCursor cursor, long offset) {
        for (boolean there = seek(cursor, offset); there; there = cursor.advance()) {
            if (cursor.header().lastOffset() >= offset) {
                return;
            }
        }
        throw new InvalidBatchException(
                Reason.CORRUPT_BATCH, file.path() + " has no batch with offset " + offset + " up to its end");
    }

    /** See {@link PartitionLog#read}; the offset lies in this segment. Reads headers at both ends and the bytes once. */
    LogSlice read(long fromOffset, int maxBytes, long toOffsetExclusive) {
        SegmentCursor cursor = SegmentCursor.forLookUp(file);
        moveToBatchOf(cursor, fromOffset);
        if (cursor.header().nextOffset() > toOffsetExclusive) {
            return LogSlice.empty(fromOffset);
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
            there = end < limit && advanceUnlessGarbage(cursor);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) (end - start));
        cursor.read(start, bytes);
        return new LogSlice(startOffset, endOffset, bytes.flip());
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
        SegmentIndexes seen = indexes();
        OffsetIndex offsets = seen.offsets();
        int entry = Math.min(offsets.floorOfPosition(limit), offsets.floor(toOffsetExclusive - 1));
        if (entry < 0 || offsets.positionAt(entry) <= start) {
            return;
        }
        boolean usable = offsets.positionAt(entry) <= limit
                && offsets.lastOffsetAt(entry) < toOffsetExclusive
                && namesBatch(cursor, offsets, entry);
        if (!usable) {
            replace(seen);
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
     * Puts the cursor on a batch before which all records are older. It goes one entry further back than it must: an entry
     * that a flipped bit has moved to another batch of the same timestamp then does no harm.
     */
    private boolean seekTime(SegmentCursor cursor, long timestampMs) {
        while (true) {
            SegmentIndexes seen = indexes();
            TimeIndex times = seen.times();
            int entry = timestampMs == Long.MIN_VALUE ? -1 : times.floor(timestampMs - 1);
            if (entry < 0) {
                return cursor.moveTo(0);
            }
            boolean usable = namesBatch(cursor, seen, entry)
                    && (entry == 0
                            || (times.offsetAt(entry - 1) < times.offsetAt(entry)
                                    && namesBatch(cursor, seen, entry - 1)));
            if (usable) {
                return entry > 0 || cursor.moveTo(0);
            }
            if (!replace(seen)) {
                return cursor.moveTo(0);
            }
        }
    }

    /** The batch at a position, whole. */
    RecordBatch batchAt(long position) {
        SegmentCursor cursor = new SegmentCursor(file, position, file.size(), BatchHeader.BYTES);
        cursor.advance();
        return cursor.batch();
    }

    /** The aborted transactions whose marker lies here; empty if the file that tells them is wrong. */
    Optional<TransactionIndex> transactions() {
        TransactionIndex seen = transactions;
        return seen != null ? Optional.of(seen) : firstLookAtTransactions();
    }

    private synchronized Optional<TransactionIndex> firstLookAtTransactions() {
        if (transactions == null) {
            requireOpen();
            transactions = files.openTransactions().orElse(null);
        }
        return Optional.ofNullable(transactions);
    }

    /** What the file says counts, if it is sound; else whoever asks makes the transaction index again. */
    synchronized void forgetTransactions() {
        transactions = null;
        transactionsWritten = true;
    }

    /** Takes what the log's batches tell, in place of a wrong file; it is written with the next checkpoint. */
    synchronized void replaceTransactions(TransactionIndex madeFromBatches) {
        LOG.warn("segment {}: its transaction index is wrong, it was made again from the log", file.path());
        if (transactions == null) {
            transactions = madeFromBatches;
            transactionsWritten = false;
        }
    }

    /**
     * Cuts the file at a batch's start; the segment grows again from there. Flush lock and writer thread.
     *
     * @throws IllegalStateException if the transaction index is wrong; the caller must have looked at it
     */
    synchronized void truncateTo(int position, long newEndOffset) {
        TransactionIndex aborted = transactions()
                .orElseThrow(() -> new IllegalStateException(file.path() + " has no sound transaction index"))
                .below(newEndOffset);
        SegmentIndexes kept = indexes().below(newEndOffset);
        // Readers first: nothing leads them behind the cut any more.
        indexes = kept;
        grow(aborted);
        file.truncate(position);
        files.delete();
        SegmentCursor cursor = new SegmentCursor(file, 0, position, REPLAY_CHUNK_BYTES);
        if (!resume(kept, cursor)) {
            indexes = madeAgain("its index files are wrong");
        }
    }

    /** False if the last entries are wrong. */
    private boolean resume(SegmentIndexes kept, SegmentCursor cursor) {
        int lastTime = kept.times().count() - 1;
        int last = kept.offsets().count() - 1;
        try {
            if (lastTime >= 0 && !namesBatch(cursor, kept, lastTime)) {
                return false;
            }
            boolean there = last < 0 ? cursor.moveTo(0) : namesBatch(cursor, kept.offsets(), last);
            if (last >= 0 && !there) {
                return false;
            }
            for (; there; there = cursor.advance()) {
                kept.resume(cursor.header());
            }
            return true;
        } catch (InvalidBatchException wrong) {
            return false;
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException("read", file.path(), new IllegalStateException("the segment is closed"));
        }
    }

    synchronized void close() {
        closed = true;
        file.close();
    }

    /** Closes and deletes all files; the caller flushes the directory. */
    synchronized void delete() {
        close();
        files.delete();
        directory.disk().delete(file.path());
    }
}
