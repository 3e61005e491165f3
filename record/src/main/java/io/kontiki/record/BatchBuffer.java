package io.kontiki.record;

import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Bytes of a batch in the making, in an array that grows; also what codecs write to. Not thread-safe. */
final class BatchBuffer extends OutputStream {
    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

    private ByteBuffer bytes;

    BatchBuffer(int initialBytes) {
        this(ByteBuffer.allocate(initialBytes));
    }

    /** @param initial empty, with an array; grows into another one */
    BatchBuffer(ByteBuffer initial) {
        this.bytes = initial;
    }

    /**
     * The buffer to write the next bytes to, with at least so much room; valid until the next call.
     *
     * @throws IllegalArgumentException if the whole would be more than a batch can have
     */
    ByteBuffer reserve(int more) {
        if (bytes.remaining() < more) {
            long needed = (long) bytes.position() + more;
            if (needed > MAX_BYTES) {
                throw new IllegalArgumentException("batch would take " + needed + " bytes, more than a batch can have");
            }
            int doubled = (int) Math.min(2L * bytes.capacity(), MAX_BYTES);
            bytes = ByteBuffer.allocate((int) Math.max(needed, doubled)).put(bytes.flip());
        }
        return bytes;
    }

    int size() {
        return bytes.position();
    }

    /** What was written, from 0 to the limit. Nothing may be written any more. */
    ByteBuffer finish() {
        return bytes.flip();
    }

    /** Moves everything written to another target, and is empty afterwards. */
    void drainTo(OutputStream target) throws java.io.IOException {
        target.write(bytes.array(), 0, bytes.position());
        bytes.clear();
    }

    @Override
    public void write(int value) {
        reserve(1).put((byte) value);
    }

    @Override
    public void write(byte[] source, int from, int length) {
        reserve(length).put(source, from, length);
    }
}
