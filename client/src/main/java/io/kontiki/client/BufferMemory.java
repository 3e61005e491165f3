package io.kontiki.client;

import java.util.concurrent.TimeUnit;

/** Bounds the bytes of records that are not settled yet. Thread-safe. */
final class BufferMemory {
    private final long limitBytes;
    private volatile Runnable onShortage = () -> {};
    private volatile boolean isShort;
    private long usedBytes;
    private boolean closed;

    BufferMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Calls back when a record finds no room; must not block. */
    void onShortage(Runnable listener) {
        onShortage = listener;
    }

    /** Whether the last record that came found no room: then no batch should linger any more. */
    boolean isShort() {
        return isShort;
    }

    /**
     * Takes so many bytes, waiting for them until the deadline.
     *
     * @throws KontikiException BUFFER_FULL, RECORD_TOO_LARGE if they never fit, CLOSED or INTERRUPTED
     */
    synchronized void reserve(long bytes, long deadlineNanos) {
        if (bytes > limitBytes) {
            throw new KontikiException(
                    ErrorReason.RECORD_TOO_LARGE,
                    "the record takes up to " + bytes + " bytes, bufferBytes is " + limitBytes);
        }
        while (!closed && usedBytes + bytes > limitBytes) {
            isShort = true;
            onShortage.run();
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                throw new KontikiException(
                        ErrorReason.BUFFER_FULL,
                        "the buffer of " + limitBytes + " bytes stayed full for maxBlock: the brokers take records more"
                                + " slowly than they are sent, or cannot be reached");
            }
            pause(left);
        }
        if (closed) {
            throw new KontikiException(ErrorReason.CLOSED, "the producer is closed");
        }
        usedBytes += bytes;
        isShort = false;
    }

    private void pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KontikiException(ErrorReason.INTERRUPTED, "interrupted while waiting for buffer memory", e);
        }
    }

    synchronized void release(long bytes) {
        usedBytes -= bytes;
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
