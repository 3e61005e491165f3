package io.kontiki.client;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Memory of batches, used again: new memory for each has to be cleared, and moved by the collector while the batch is on its
 * way. Thread-safe.
 */
final class BatchBuffers {
    /** Those that are on their way are not counted here; those that wait for a batch are few while there is something to send. */
    private static final long KEPT_BYTES_MAX = 16 << 20;

    private final int batchBytes;
    private final Queue<ByteBuffer> kept;

    /** @param batchBytes size that batches are filled up to */
    BatchBuffers(int batchBytes) {
        this.batchBytes = batchBytes;
        this.kept = new ArrayBlockingQueue<>((int) Math.max(1, KEPT_BYTES_MAX / batchBytes));
    }

    /** @param expectedBytes size that the batch will probably have: small ones get what they need, at first */
    ByteBuffer take(int expectedBytes) {
        if (expectedBytes <= batchBytes / 2) {
            return ByteBuffer.allocate(expectedBytes);
        }
        var buffer = kept.poll();
        return buffer == null ? ByteBuffer.allocate(batchBytes) : buffer;
    }

    /** @param buffer that nobody will read any more */
    void giveBack(ByteBuffer buffer) {
        if (buffer.capacity() == batchBytes) {
            // Beyond what is kept it is left to the collector.
            kept.offer(buffer.clear());
        }
    }
}
