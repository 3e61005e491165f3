package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The index files of one sealed segment. They are written once, as a whole, and mapped when they are first looked at. The
 * transaction index goes first: where the others are, it is what they belong to, and if there is none, there were no
 * aborted transactions.
 */
final class IndexFiles {
    /** A mapping costs more than a copy of a few pages. */
    private static final int COPIED_BYTES_MAX = 16 * 1024;

    private final LogDirectory directory;
    private final long baseOffset;
    private volatile boolean mayMap = true;

    IndexFiles(LogDirectory directory, long baseOffset) {
        this.directory = directory;
        this.baseOffset = baseOffset;
    }

    /** From now on files are copied instead. */
    void mapNoMore() {
        mayMap = false;
    }

    private boolean exist() {
        return exists(LogDirectory.OFFSET_INDEX) && exists(LogDirectory.TIME_INDEX);
    }

    /** Empty if a file is missing or has no whole number of entries. */
    Optional<SegmentIndexes> open(int intervalBytes) {
        return open(intervalBytes, mayMap);
    }

    /** As {@link #open}, in memory: for one pass over all of it. */
    Optional<SegmentIndexes> openCopy(int intervalBytes) {
        return open(intervalBytes, false);
    }

    private Optional<SegmentIndexes> open(int intervalBytes, boolean map) {
        if (!exist()) {
            return Optional.empty();
        }
        try {
            ByteBuffer offsets = bytes(LogDirectory.OFFSET_INDEX, map);
            ByteBuffer times = bytes(LogDirectory.TIME_INDEX, map);
            if (offsets.limit() % (2 * Integer.BYTES) != 0 || times.limit() % (Long.BYTES + Integer.BYTES) != 0) {
                return Optional.empty();
            }
            return Optional.of(SegmentIndexes.inFiles(
                    OffsetIndex.in(offsets, baseOffset), TimeIndex.in(times, baseOffset), intervalBytes));
        } catch (StorageException unreadable) {
            return Optional.empty();
        }
    }

    private ByteBuffer bytes(String suffix, boolean map) {
        try (DiskFile file = disk().open(path(suffix))) {
            int size = (int) Math.min(file.size(), Integer.MAX_VALUE);
            if (map && size > COPIED_BYTES_MAX) {
                return file.map(size);
            }
            ByteBuffer copy = ByteBuffer.allocate(size);
            file.read(0, copy);
            return copy.flip();
        }
    }

    /** Empty if the file is wrong, or the whole set is missing. */
    Optional<TransactionIndex> openTransactions() {
        if (!exists(LogDirectory.TRANSACTION_INDEX)) {
            return exist() ? Optional.of(TransactionIndex.empty(baseOffset)) : Optional.empty();
        }
        try {
            return TransactionIndex.decode(
                    disk().readSmall(path(LogDirectory.TRANSACTION_INDEX), Integer.MAX_VALUE - 64), baseOffset);
        } catch (StorageException unreadable) {
            return Optional.empty();
        }
    }

    /** Durable on return. */
    void write(SegmentIndexes indexes) {
        disk().writeAtomically(
                        path(LogDirectory.OFFSET_INDEX), indexes.offsets().toBytes());
        disk().writeAtomically(path(LogDirectory.TIME_INDEX), indexes.times().toBytes());
    }

    /** Durable on return, except that a file that has gone may come back. */
    void write(TransactionIndex transactions) {
        if (transactions.isEmpty()) {
            disk().delete(path(LogDirectory.TRANSACTION_INDEX));
        } else {
            disk().writeAtomically(path(LogDirectory.TRANSACTION_INDEX), transactions.toBytes());
        }
    }

    /** The caller flushes the directory. */
    void delete() {
        LogDirectory.INDEXES.forEach(suffix -> disk().delete(path(suffix)));
    }

    private boolean exists(String suffix) {
        return disk().exists(path(suffix));
    }

    private Disk disk() {
        return directory.disk();
    }

    private String path(String suffix) {
        return directory.file(baseOffset, suffix);
    }
}
