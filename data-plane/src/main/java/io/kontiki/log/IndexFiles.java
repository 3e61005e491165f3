package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The index files of one closed segment. They are written once, as a whole, and mapped when they are first looked at. The
 * transaction index goes first: where the others are, it is what they belong to, and if there is none, there were no
 * aborted transactions.
 */
final class IndexFiles {
    /** A mapping costs more than a copy of a few pages. */
    private static final int COPIED_BYTES_MAX = 16 * 1024;

    private final Disk disk;
    private final long baseOffset;
    private final String offsetsPath;
    private final String timesPath;
    private final String transactionsPath;

    IndexFiles(LogDirectory directory, long baseOffset) {
        this.disk = directory.disk();
        this.baseOffset = baseOffset;
        this.offsetsPath = directory.file(baseOffset, LogDirectory.OFFSET_INDEX);
        this.timesPath = directory.file(baseOffset, LogDirectory.TIME_INDEX);
        this.transactionsPath = directory.file(baseOffset, LogDirectory.TRANSACTION_INDEX);
    }

    /** Whether both files are there that every closed segment has. */
    boolean exist() {
        return disk.exists(offsetsPath) && disk.exists(timesPath);
    }

    /** Empty if a file is missing or has no whole number of entries. */
    Optional<SegmentIndexes> open(int intervalBytes, boolean mayMap) {
        if (!exist()) {
            return Optional.empty();
        }
        try {
            ByteBuffer offsets = bytes(offsetsPath, mayMap);
            ByteBuffer times = bytes(timesPath, mayMap);
            if (offsets.limit() % (2 * Integer.BYTES) != 0 || times.limit() % (Long.BYTES + Integer.BYTES) != 0) {
                return Optional.empty();
            }
            return Optional.of(SegmentIndexes.inFiles(
                    OffsetIndex.in(offsets, baseOffset), TimeIndex.in(times, baseOffset), intervalBytes));
        } catch (StorageException unreadable) {
            return Optional.empty();
        }
    }

    private ByteBuffer bytes(String path, boolean mayMap) {
        try (DiskFile file = disk.open(path)) {
            int size = (int) Math.min(file.size(), Integer.MAX_VALUE);
            if (mayMap && size > COPIED_BYTES_MAX) {
                return file.map(size);
            }
            ByteBuffer copy = ByteBuffer.allocate(size);
            file.read(0, copy);
            return copy.flip();
        }
    }

    /** Empty if the file is wrong, or the whole set is missing. */
    Optional<TransactionIndex> openTransactions() {
        if (!disk.exists(transactionsPath)) {
            return exist() ? Optional.of(TransactionIndex.empty(baseOffset)) : Optional.empty();
        }
        try {
            return TransactionIndex.decode(disk.readSmall(transactionsPath, Integer.MAX_VALUE - 64), baseOffset);
        } catch (StorageException unreadable) {
            return Optional.empty();
        }
    }

    /** Durable on return. */
    void write(SegmentIndexes indexes) {
        disk.writeAtomically(offsetsPath, indexes.offsets().toBytes());
        disk.writeAtomically(timesPath, indexes.times().toBytes());
    }

    /** Durable on return, except that a file that has gone may come back. */
    void write(TransactionIndex transactions) {
        if (transactions.isEmpty()) {
            disk.delete(transactionsPath);
        } else {
            disk.writeAtomically(transactionsPath, transactions.toBytes());
        }
    }

    /** The caller flushes the directory. */
    void delete() {
        disk.delete(offsetsPath);
        disk.delete(timesPath);
        disk.delete(transactionsPath);
    }
}
