package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;

/**
 * A segment that compaction writes, before it counts. Its file has the name that {@link SegmentSwap} gives; its indexes are
 * in memory. Used by one thread.
 */
final class CleanedSegment implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final SegmentSwap swap;
    private final DiskFile file;
    private final LogSegment segment;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long position;
    private boolean counts;

    CleanedSegment(SegmentSwap swap, LogConfig config) {
        this.swap = swap;
        swap.undo();
        this.file = swap.directory().disk().open(swap.cleanedFile());
        this.segment = LogSegment.over(swap.directory(), swap.baseOffset(), file, config);
    }

    /** @throws io.kontiki.storage.StorageException if the disk fails */
    void append(ByteBuffer batch) {
        int bytes = batch.remaining();
        segment.index(BatchHeader.at(batch, batch.position()), Math.toIntExact(position));
        if (bytes > buffer.remaining()) {
            writeBuffer();
        }
        if (bytes > buffer.capacity()) {
            file.append(batch.duplicate());
        } else {
            buffer.put(batch.duplicate());
        }
        position += bytes;
    }

    /** Notes a transaction whose marker was in what this segment replaces. */
    void addAborted(AbortedTransaction transaction) {
        segment.addAborted(transaction);
    }

    private void writeBuffer() {
        if (buffer.position() > 0) {
            file.append(buffer.flip());
            buffer.clear();
        }
    }

    long sizeInBytes() {
        return position;
    }

    /** Makes the bytes durable; the segment may then count. */
    LogSegment finish() {
        writeBuffer();
        file.force();
        segment.seal();
        return segment;
    }

    /** Puts the segment in the place of the old ones, which no reader is pointed to any more. */
    void takePlace() {
        counts = true;
        swap.commit(file);
        swap.complete(file);
    }

    /** Throws the segment away unless it has taken its place. */
    @Override
    public void close() {
        if (!counts) {
            segment.close();
            swap.undo();
        }
    }
}
