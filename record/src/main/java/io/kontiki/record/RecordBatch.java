package io.kontiki.record;

import io.kontiki.record.InvalidBatchException.Reason;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;

/**
 * A read-only view of one whole batch inside a buffer, without a copy. Every byte from {@link #start()} on for
 * {@link #sizeInBytes()} is there; whether they are right only {@link #ensureValidChecksum()} tells. The buffer must not
 * change while the view is used. Safe for any thread as long as it does not.
 */
public final class RecordBatch extends BatchHeader implements Iterable<Record> {
    /** So many bytes at most does a reader expand the records of one batch to: 256 MiB. */
    public static final int MAX_EXPANDED_BYTES = 256 << 20;

    private RecordBatch(ByteBuffer buffer, int start) {
        super(buffer, start);
    }

    /**
     * The batch that begins at {@code position}; the buffer's own position is not used. Bytes of other batches may
     * follow.
     *
     * @throws InvalidBatchException (CORRUPT_BATCH) if the batch reaches beyond the buffer's limit or names an impossible
     *     length; (UNSUPPORTED_MAGIC) if the format is not version 2
     */
    public static RecordBatch at(ByteBuffer buffer, int position) {
        requireHeader(buffer, position);
        RecordBatch batch = new RecordBatch(buffer, position);
        int available = buffer.limit() - position;
        if (batch.sizeInBytes() > available) {
            throw new InvalidBatchException(
                    Reason.CORRUPT_BATCH,
                    "batch takes " + batch.sizeInBytes() + " bytes by its length, only " + available + " are there");
        }
        return batch;
    }

    /** The bytes of the whole batch, read-only, as a buffer of the caller's own. */
    public ByteBuffer bytes() {
        return buffer().slice(start(), sizeInBytes()).asReadOnlyBuffer();
    }

    /** The checksum that the bytes have, to compare with {@link #storedChecksum()}. */
    public long computedChecksum() {
        return checksum(buffer(), start(), sizeInBytes());
    }

    static long checksum(ByteBuffer buffer, int start, int sizeInBytes) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(start + ATTRIBUTES_AT, sizeInBytes - ATTRIBUTES_AT));
        return crc.getValue();
    }

    public boolean hasValidChecksum() {
        return computedChecksum() == storedChecksum();
    }

    /** @throws InvalidBatchException (CORRUPT_BATCH) if the checksum does not match the bytes */
    public void ensureValidChecksum() {
        long computed = computedChecksum();
        if (computed != storedChecksum()) {
            throw new InvalidBatchException(
                    Reason.CORRUPT_BATCH,
                    "checksum of the batch is " + Long.toHexString(computed) + ", its header says "
                            + Long.toHexString(storedChecksum()));
        }
    }

    /**
     * The records in offset order. Each call reads from the start; {@code next()} throws {@link InvalidBatchException} as
     * {@link RecordCursor#next} does. Compressed records are expanded one by one, up to {@value #MAX_EXPANDED_BYTES}
     * bytes in all.
     *
     * @throws InvalidBatchException (UNSUPPORTED_COMPRESSION) if the attributes name no known codec, or this machine lacks
     *     its library
     */
    @Override
    public Iterator<Record> iterator() {
        return new Records(cursor(MAX_EXPANDED_BYTES), recordCount());
    }

    /**
     * A cursor in front of the first record, to be closed by the caller.
     *
     * @param maxExpandedBytes bound on what compressed records may expand to, at least 1; no matter without compression
     * @throws InvalidBatchException as {@link #iterator}
     */
    public RecordCursor cursor(int maxExpandedBytes) {
        if (maxExpandedBytes < 1) {
            throw new IllegalArgumentException("maxExpandedBytes is " + maxExpandedBytes + ", at least 1 is needed");
        }
        ByteBuffer records = buffer().slice(start() + BYTES, sizeInBytes() - BYTES);
        return new RecordCursor(this, RecordSource.of(compression(), records, maxExpandedBytes));
    }

    /** {@link #cursor(int)} with the bound that {@link #iterator} has. */
    public RecordCursor cursor() {
        return cursor(MAX_EXPANDED_BYTES);
    }

    private static final class Records implements Iterator<Record> {
        private final RecordCursor cursor;
        private final int recordCount;
        private int read;

        Records(RecordCursor cursor, int recordCount) {
            this.cursor = cursor;
            this.recordCount = recordCount;
        }

        @Override
        public boolean hasNext() {
            return read < recordCount;
        }

        @Override
        public Record next() {
            if (!hasNext() || !cursor.next()) {
                throw new NoSuchElementException("record " + read + " of " + recordCount);
            }
            read++;
            return cursor.record();
        }
    }
}
