package io.kontiki.log;

import java.nio.ByteBuffer;

/**
 * Whole batches read from a log.
 *
 * @param startOffset base offset of the first batch: at or below the offset asked for, above it only if compaction took
 *     that offset away; for an empty slice the offset asked for
 * @param endOffset offset behind the last batch: where the next read goes on; equal to startOffset if empty
 * @param bytes the batches one behind the other, as they are on disk. The buffer belongs to the caller
 */
public record LogSlice(long startOffset, long endOffset, ByteBuffer bytes) {
    static LogSlice empty(long offset) {
        return new LogSlice(offset, offset, ByteBuffer.allocate(0));
    }

    public boolean isEmpty() {
        return startOffset == endOffset;
    }

    public int sizeInBytes() {
        return bytes.remaining();
    }
}
