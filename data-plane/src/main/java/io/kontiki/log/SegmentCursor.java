package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.InvalidBatchException.Reason;
import io.kontiki.record.RecordBatch;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;

/**
 * Walks the batches of a segment file from one header to the next, reading the file in chunks. Bodies are read only if
 * they happen to lie in the chunk or are asked for. Not thread-safe.
 */
final class SegmentCursor {
    /** A scan behind an index entry stays within a few kilobytes. */
    private static final int LOOK_UP_BYTES = 8 * 1024;

    /** Look-ups are over before their thread begins another; outside the heap, so that the platform does not copy. */
    private static final ThreadLocal<ByteBuffer> LOOK_UP_CHUNK =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(LOOK_UP_BYTES));

    private final DiskFile file;
    private final long end;
    private ByteBuffer chunk;
    private long chunkAt;
    private long position;
    private long next;
    private int headerAt;

    /**
     * @param start position of a batch
     * @param end position that no batch may cross
     * @param chunkBytes read at a time, at least a header; less memory is taken if less is there to read
     */
    SegmentCursor(DiskFile file, long start, long end, int chunkBytes) {
        this(file, start, end, ByteBuffer.allocate((int)
                Math.max(Math.min(chunkBytes, end - start), BatchHeader.BYTES)));
    }

    private SegmentCursor(DiskFile file, long start, long end, ByteBuffer chunk) {
        this.file = file;
        this.end = end;
        this.position = start;
        this.next = start;
        this.chunkAt = start;
        this.chunk = chunk.limit(0);
    }

    /**
     * A cursor over what the file holds now, with the calling thread's own chunk: for one look-up, on this thread, that
     * calls no one else back.
     */
    static SegmentCursor forLookUp(DiskFile file) {
        return new SegmentCursor(file, 0, file.size(), LOOK_UP_CHUNK.get());
    }

    /**
     * Steps to the next batch.
     *
     * @return false if there is no whole batch before the end
     * @throws InvalidBatchException if no batch begins there
     */
    boolean advance() {
        position = next;
        if (end - position < BatchHeader.BYTES || !load(BatchHeader.BYTES)) {
            return false;
        }
        int size = header().sizeInBytes();
        if (size > end - position) {
            return false;
        }
        next = position + size;
        return true;
    }

    /** Steps to the batch at a position, as {@link #advance()} does. */
    boolean moveTo(long target) {
        next = target;
        return advance();
    }

    /** The batch's header; a view that the next step or {@link #batch()} may overwrite. */
    BatchHeader header() {
        return BatchHeader.at(chunk, headerAt);
    }

    /** The batch, whole; a view that the next step may overwrite. */
    RecordBatch batch() {
        load((int) (next - position));
        return RecordBatch.at(chunk, headerAt);
    }

    /** Where the batch begins; after advance gave false, where the last whole batch ended. */
    long position() {
        return position;
    }

    /** Where the batch ends. */
    long nextPosition() {
        return next;
    }

    /**
     * Fills a buffer with the bytes from a position on, from the chunk if they all lie there.
     *
     * @throws InvalidBatchException if the file ends before
     */
    void read(long from, ByteBuffer target) {
        long at = from - chunkAt;
        int size = target.remaining();
        if (at >= 0 && at + size <= chunk.limit()) {
            target.put(target.position(), chunk, (int) at, size).position(target.limit());
        } else if (file.read(from, target) < size) {
            throw new InvalidBatchException(Reason.CORRUPT_BATCH, file.path() + " ends before byte " + (from + size));
        }
    }

    /** Makes sure that so many bytes from the position on are in the chunk. */
    private boolean load(int bytes) {
        long at = position - chunkAt;
        if (at >= 0 && at + bytes <= chunk.limit()) {
            headerAt = (int) at;
            return true;
        }
        if (chunk.capacity() < bytes) {
            chunk = ByteBuffer.allocate(bytes);
        }
        chunk.clear().limit((int) Math.min(chunk.capacity(), end - position));
        file.read(position, chunk);
        chunk.flip();
        chunkAt = position;
        headerAt = 0;
        return chunk.limit() >= bytes;
    }
}
