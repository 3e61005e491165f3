package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of the log: one file of batches and its sparse indexes. The writer thread appends and cuts; any thread reads
 * beside it; index files belong to who holds the log's flush lock.
 *
 * <p>While a segment grows, its indexes are in memory. Once it is closed they are written, forgotten, and mapped when
 * someone looks something up. Until then a closed segment has cost a question for its file's size and nothing else: after
 * a clean stop neither its end nor its indexes are looked at before the first look-up, which is the price for opening
 * thousands of segments at once. From then on each entry is verified when it is used, see {@link SegmentReader}. A wrong
 * index is made again from the batches (rule R8) and written with the next checkpoint; whoever looked something up notices
 * nothing but the time it takes. What is wrong with the batches themselves shows to whoever reads them, and to the scrub.
 *
 * <p>Look-ups take no lock, except that the first one of a closed segment, and one that finds an index wrong, let others
 * of the same segment wait instead of doing the same work.
 */
final class LogSegment {
    private static final Logger LOG = LoggerFactory.getLogger(LogSegment.class);
    private static final long NOT_KNOWN = Long.MIN_VALUE;

    private final LogDirectory directory;
    private final long baseOffset;
    private final int indexIntervalBytes;
    private final DiskFile file;
    private final IndexFiles files;
    private final SegmentReader reader;

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
        this.reader = new SegmentReader(this);
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

    /** What looks up and reads in this segment. */
    SegmentReader reader() {
        return reader;
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
        if (found.isEmpty() || !found.get().endIn(file, baseOffset).equals(OptionalLong.of(end))) {
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

    /** The indexes of a closed segment, to be compared with its batches. They are not kept for look-ups. */
    synchronized Optional<SegmentIndexes> indexesToCompare() {
        return indexesWritten ? files.open(indexIntervalBytes, false) : Optional.ofNullable(indexes);
    }

    /** A comparison of all batches with the indexes of a closed segment has shown that they are wrong. */
    synchronized void replaceIndexes() {
        if (!closed && !growing) {
            indexes = madeAgain("its index files are wrong");
            maxTimestampMs = indexes.maxTimestampMs();
        }
    }

    /** What to look up in now. */
    SegmentIndexes indexes() {
        SegmentIndexes seen = indexes;
        return seen != null ? seen : firstLook();
    }

    private synchronized SegmentIndexes firstLook() {
        if (indexes == null) {
            requireOpen();
            Optional<SegmentIndexes> found = files.open(indexIntervalBytes, mayMap);
            OptionalLong end = found.isPresent() ? found.get().endIn(file, baseOffset) : OptionalLong.empty();
            if (end.isEmpty() || end.getAsLong() > endOffset) {
                indexes = madeAgain("its index files are missing or wrong");
            } else {
                indexes = found.get();
                if (end.getAsLong() < endOffset && endOffset != Long.MAX_VALUE) {
                    LOG.warn(
                            "segment {}: ends at offset {}, the next begins at {}",
                            file.path(),
                            end.getAsLong(),
                            endOffset);
                }
            }
        }
        return indexes;
    }

    private SegmentIndexes madeAgain(String why) {
        LOG.warn("segment {}: {}, they are made again from its batches", file.path(), why);
        SegmentIndexes made = SegmentIndexes.of(file, baseOffset, indexIntervalBytes);
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
    synchronized boolean replace(SegmentIndexes wrong) {
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
        if (!kept.resume(file)) {
            indexes = madeAgain("its index files are wrong");
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException("read", file.path(), new IllegalStateException("the segment is closed"));
        }
    }

    synchronized boolean isClosed() {
        return closed;
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
