package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.RecordBatch;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;

/**
 * Walks the batches of a segment file from one header to the next, reading the file in chunks. Bodies are read only if
 * they happen to lie in the chunk or are asked for. Not thread-safe.
 */
final class SegmentCursor {
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
     * @param chunkBytes read at a time, at least a header
     */
    SegmentCursor(DiskFile file, long start, long end, int chunkBytes) {
        this.file = file;
        this.end = end;
        this.position = start;
        this.next = start;
        this.chunkAt = start;
        this.chunk =
                ByteBuffer.allocate(Math.max(chunkBytes, BatchHeader.BYTES)).limit(0);
    }

    /**
     * Steps to the next batch.
     *
     * @return false if there is no whole batch before the end
     * @throws io.kontiki.record.InvalidBatchException if no batch begins there
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

    /** The batch's header; a view that the next {@link #advance()} or {@link #batch()} may overwrite. */
    BatchHeader header() {
        return BatchHeader.at(chunk, headerAt);
    }

    /** The batch, whole; a view that the next {@link #advance()} may overwrite. */
    RecordBatch batch() {
        load((int) (next - position));
        return RecordBatch.at(chunk, headerAt);
    }

    /** Where the batch begins; after advance gave false, where the last whole batch ended. */
    long position() {
        return position;
    }

    /** Makes sure that so many bytes from the position on are in the chunk. */
    private boolean load(int bytes) {
        headerAt = (int) Math.min(position - chunkAt, chunk.limit());
        if (chunk.limit() - headerAt >= bytes) {
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
