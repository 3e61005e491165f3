package io.kontiki.log;

import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Reads single files of a log, for people who look into them. Changes nothing and trusts nothing: a running broker may
 * write to them meanwhile. One thread at a time.
 */
public final class LogInspection {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int OFFSET_DIGITS = 20;

    private final Disk disk;

    public LogInspection(Disk disk) {
        this.disk = disk;
    }

    /** Gets the batches of a segment one after the other. */
    public interface BatchVisitor {
        /**
         * @param position of the batch in the file, in bytes
         * @param batch whole, its checksum not looked at; not to be used after the call
         * @return whether to go on
         */
        boolean visit(long position, RecordBatch batch);
    }

    /**
     * An entry of an offset index.
     *
     * @param offset of the last record of a batch
     * @param position of that batch in the segment, in bytes
     */
    public record OffsetEntry(long offset, int position) {}

    /**
     * An entry of a time index.
     *
     * @param timestampMs greatest time stamp so far, ms since 1970
     * @param offset of the last record of the batch that has it
     */
    public record TimeEntry(long timestampMs, long offset) {}

    /** The offset that a file is named by; empty if its name is no offset with a suffix. */
    public static OptionalLong baseOffsetOf(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.indexOf('.');
        if (dot != OFFSET_DIGITS || !name.chars().limit(dot).allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(name.substring(0, dot)));
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }

    /**
     * Hands on every whole batch of a segment, up to the first place where there is none.
     *
     * @return what is wrong there; empty if the file ends there, or the visitor had enough
     * @throws io.kontiki.storage.StorageException if the file cannot be read
     */
    public Optional<String> batches(String path, BatchVisitor visitor) {
        try (DiskFile file = disk.open(path)) {
            SegmentCursor cursor = new SegmentCursor(file, 0, file.size(), CHUNK_BYTES);
            try {
                while (cursor.advance()) {
                    if (!visitor.visit(cursor.position(), cursor.batch())) {
                        return Optional.empty();
                    }
                }
            } catch (InvalidBatchException garbage) {
                return Optional.of(wrongAt(cursor, file, garbage.getMessage()));
            }
            return cursor.position() == file.size()
                    ? Optional.empty()
                    : Optional.of(wrongAt(cursor, file, "the last batch is cut short"));
        }
    }

    private static String wrongAt(SegmentCursor cursor, DiskFile file, String what) {
        return "no batch can be read at position " + cursor.position() + " of " + file.size() + ": " + what;
    }

    /** The whole entries of an offset index. */
    public List<OffsetEntry> offsetIndex(String path, long baseOffset) {
        OffsetIndex index = OffsetIndex.in(content(path), baseOffset);
        return IntStream.range(0, index.count())
                .mapToObj(i -> new OffsetEntry(index.lastOffsetAt(i), index.positionAt(i)))
                .toList();
    }

    /** The whole entries of a time index. */
    public List<TimeEntry> timeIndex(String path, long baseOffset) {
        TimeIndex index = TimeIndex.in(content(path), baseOffset);
        return IntStream.range(0, index.count())
                .mapToObj(i -> new TimeEntry(index.timestampMsAt(i), index.offsetAt(i)))
                .toList();
    }

    /** The entries of a transaction index; empty if it is not sound. */
    public Optional<List<AbortedTransaction>> transactionIndex(String path, long baseOffset) {
        return TransactionIndex.decode(content(path).array(), baseOffset).map(TransactionIndex::entries);
    }

    private ByteBuffer content(String path) {
        return ByteBuffer.wrap(disk.readSmall(path, Integer.MAX_VALUE - 64));
    }
}
