package io.kontiki.log;

import io.kontiki.log.SegmentState.Closed;
import io.kontiki.log.SegmentState.Growing;
import io.kontiki.log.SegmentState.InFile;
import io.kontiki.log.SegmentState.Known;
import io.kontiki.log.SegmentState.Loaded;
import io.kontiki.log.SegmentState.Sealed;
import io.kontiki.log.SegmentState.Unwritten;
import io.kontiki.record.BatchHeader;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of the log: one file of batches and its sparse indexes, see {@link SegmentState}. The writer thread appends and
 * cuts; any thread reads beside it; index files belong to who holds the log's flush lock.
 *
 * <p>While a segment grows, its indexes are in memory. Once it is sealed they are written, forgotten, and mapped when
 * someone looks something up. Until then a sealed segment has cost a question for its file's size and nothing else: after
 * a clean stop neither its end nor its indexes are looked at before the first look-up, which is the price for opening
 * thousands of segments at once. From then on each entry is verified when it is used, see {@link SegmentReader}. A wrong
 * index is made again from the batches (rule R8) and written with the next checkpoint; whoever looked something up notices
 * nothing but the time it takes. What is wrong with the batches themselves shows to whoever reads them, and to the scrub.
 *
 * <p>Look-ups take no lock, except that the first one of a sealed segment, and one that finds an index wrong, let others
 * of the same segment wait instead of doing the same work.
 */
final class LogSegment {
    private static final Logger LOG = LoggerFactory.getLogger(LogSegment.class);

    private final LogDirectory directory;
    private final long baseOffset;
    private final int indexIntervalBytes;
    private final DiskFile file;
    private final IndexFiles files;
    private final SegmentReader reader;
    /** Changed under this object's lock and read without. */
    private volatile SegmentState state;

    private LogSegment(LogDirectory directory, long baseOffset, DiskFile file, int indexIntervalBytes) {
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.indexIntervalBytes = indexIntervalBytes;
        this.file = file;
        this.files = new IndexFiles(directory, baseOffset);
        this.reader = new SegmentReader(this);
        this.state = Growing.empty(baseOffset, indexIntervalBytes);
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
        return indexes().maxTimestampMs();
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

    // ---- While it grows

    /** Takes a batch into the indexes that lies in the file at that position. */
    void index(BatchHeader batch, int position) {
        growing().indexes().add(batch, position);
    }

    /** Takes a transaction into the index whose marker lies in this segment. */
    void addAborted(AbortedTransaction aborted) {
        growing().transactions().append(aborted);
    }

    private Growing growing() {
        if (state instanceof Growing growing) {
            return growing;
        }
        throw new IllegalStateException(file.path() + " does not grow");
    }

    /** Empties the indexes; the caller fills them again. */
    synchronized void forgetIndexes() {
        state = Growing.empty(baseOffset, indexIntervalBytes);
    }

    /** The segment will not grow any more. Writer thread. */
    synchronized void seal() {
        if (state instanceof Growing growing) {
            SegmentIndexes indexes = growing.indexes();
            indexes.finish();
            // There are no files of one that is suspect, so whoever looks first makes them again.
            state = new Sealed(
                    indexes.nextOffset(),
                    indexes.isSuspect() ? new InFile<>() : new Unwritten<>(indexes),
                    new Unwritten<>(growing.transactions()));
        }
    }

    // ---- Once it is sealed

    /**
     * The segment does not grow, and what its index files say counts. No file is looked into: that is done at the first
     * look-up.
     *
     * @param end where the next segment begins
     */
    synchronized void sealAt(long end) {
        state = Sealed.inFiles(end);
    }

    /** Whether the index files are right, as far as their last entries show, and the batches end exactly at an offset. */
    synchronized boolean endsAt(long end) {
        Optional<SegmentIndexes> found = files.open(indexIntervalBytes);
        if (found.isEmpty() || !found.get().endIn(file, baseOffset).equals(OptionalLong.of(end))) {
            return false;
        }
        state = new Sealed(end, new Loaded<>(found.get()), sealed().transactions());
        return true;
    }

    /** @throws StorageException if the segment was closed: what its files' names stand for may be another one's */
    private Sealed sealed() {
        if (state instanceof Sealed sealed) {
            return sealed;
        }
        throw new StorageException("read", file.path(), new IllegalStateException("the segment is closed"));
    }

    /** A mapped page could not be read: index files are copied from now on, which tells what is wrong with them. */
    synchronized void mapNoMore() {
        files.mapNoMore();
        if (state instanceof Sealed sealed && sealed.indexes() instanceof Loaded) {
            state = sealed.withIndexes(new InFile<>());
        }
    }

    /** Writes what is not in the index files yet, durably, and looks up in these from now on. Flush lock. */
    void persistIndexes() {
        if (state instanceof Sealed sealed && sealed.isUnwritten()) {
            writeIndexes();
        }
    }

    private synchronized void writeIndexes() {
        if (state instanceof Sealed sealed && sealed.transactions() instanceof Unwritten<TransactionIndex> unwritten) {
            files.write(unwritten.value());
            state = sealed.withTransactions(new Loaded<>(unwritten.value()));
        }
        // With the other index files there, a missing transaction index would mean that nothing was aborted.
        if (state instanceof Sealed sealed
                && sealed.indexes() instanceof Unwritten<SegmentIndexes> unwritten
                && transactions().isPresent()) {
            files.write(unwritten.value());
            state = sealed().withIndexes(new InFile<>());
        }
    }

    /** The indexes of a sealed segment, to be compared with its batches. They are not kept for look-ups. */
    synchronized Optional<SegmentIndexes> indexesToCompare() {
        if (state instanceof Sealed sealed) {
            return sealed.indexes() instanceof Unwritten<SegmentIndexes> unwritten
                    ? Optional.of(unwritten.value())
                    : files.openCopy(indexIntervalBytes);
        }
        return Optional.empty();
    }

    /** A comparison of all batches with the indexes of a sealed segment has shown that they are wrong. */
    synchronized void replaceIndexes() {
        if (state instanceof Sealed sealed) {
            state = sealed.withIndexes(new Unwritten<>(sealedAgain("its index files are wrong")));
        }
    }

    // ---- Looking up

    /** What to look up in now. */
    SegmentIndexes indexes() {
        SegmentState seen = state;
        if (seen instanceof Growing growing) {
            return growing.indexes();
        }
        if (seen instanceof Sealed sealed && sealed.indexes() instanceof Known<SegmentIndexes> known) {
            return known.value();
        }
        return firstLook();
    }

    private synchronized SegmentIndexes firstLook() {
        if (state instanceof Growing || sealed().indexes() instanceof Known) {
            return indexes();
        }
        Sealed sealed = sealed();
        Optional<SegmentIndexes> found = files.open(indexIntervalBytes);
        OptionalLong end = found.isPresent() ? found.get().endIn(file, baseOffset) : OptionalLong.empty();
        if (end.isEmpty() || end.getAsLong() > sealed.endOffset()) {
            SegmentIndexes made = sealedAgain("its index files are missing or wrong");
            state = sealed.withIndexes(new Unwritten<>(made));
            return made;
        }
        if (end.getAsLong() < sealed.endOffset()) {
            LOG.warn(
                    "segment {}: ends at offset {}, the next begins at {}",
                    file.path(),
                    end.getAsLong(),
                    sealed.endOffset());
        }
        state = sealed.withIndexes(new Loaded<>(found.get()));
        return found.get();
    }

    private SegmentIndexes sealedAgain(String why) {
        SegmentIndexes made = madeAgain(why);
        made.finish();
        return made;
    }

    private SegmentIndexes madeAgain(String why) {
        LOG.warn("segment {}: {}, they are made again from its batches", file.path(), why);
        return SegmentIndexes.of(file, baseOffset, indexIntervalBytes);
    }

    /**
     * Indexes led to a wrong place.
     *
     * @return whether there are others now; else the segment is to be walked from its start
     */
    synchronized boolean replace(SegmentIndexes wrong) {
        if (indexes() != wrong) {
            return true;
        }
        if (state instanceof Sealed sealed && !wrong.madeFromBatches()) {
            state = sealed.withIndexes(new Unwritten<>(sealedAgain("its index files are wrong")));
            return true;
        }
        if (!wrong.isSuspect()) {
            LOG.warn("segment {}: no batch where its index says; it is read from the start", file.path());
            wrong.suspect();
        }
        return false;
    }

    /** The aborted transactions whose marker lies here; empty if the file that tells them is wrong. */
    Optional<TransactionIndex> transactions() {
        SegmentState seen = state;
        if (seen instanceof Growing growing) {
            return Optional.of(growing.transactions());
        }
        if (seen instanceof Sealed sealed && sealed.transactions() instanceof Known<TransactionIndex> known) {
            return Optional.of(known.value());
        }
        return firstLookAtTransactions();
    }

    private synchronized Optional<TransactionIndex> firstLookAtTransactions() {
        if (state instanceof Growing || sealed().transactions() instanceof Known) {
            return transactions();
        }
        Optional<TransactionIndex> found = files.openTransactions();
        found.ifPresent(sound -> state = sealed().withTransactions(new Loaded<>(sound)));
        return found;
    }

    /** Takes what the log's batches tell, in place of a wrong file; it is written with the next checkpoint. */
    synchronized void replaceTransactions(TransactionIndex madeFromBatches) {
        LOG.warn("segment {}: its transaction index is wrong, it was made again from the log", file.path());
        if (state instanceof Sealed sealed && sealed.transactions() instanceof InFile) {
            state = sealed.withTransactions(new Unwritten<>(madeFromBatches));
        }
    }

    // ---- What changes its files

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
        state = new Growing(kept, aborted);
        file.truncate(position);
        files.delete();
        if (!kept.resume(file)) {
            state = new Growing(madeAgain("its index files are wrong"), aborted);
        }
    }

    synchronized boolean isClosed() {
        return state instanceof Closed;
    }

    synchronized void close() {
        state = new Closed();
        file.close();
    }

    /** Closes and deletes all files; the caller flushes the directory. */
    synchronized void delete() {
        close();
        files.delete();
        directory.disk().delete(file.path());
    }
}
