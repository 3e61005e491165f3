package io.kontiki.record;

import io.kontiki.record.InvalidBatchException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * The bytes of a batch's records as a reader meets them: a window from its position to its limit, which moves on. Not
 * thread-safe. Must be closed.
 */
abstract sealed class RecordSource {
    /** @param maxExpandedBytes of compressed records; see {@link RecordBatch#cursor(int)} */
    static RecordSource of(Compression codec, ByteBuffer records, int maxExpandedBytes) {
        return codec == Compression.NONE ? new Plain(records) : new Expanding(codec, records, maxExpandedBytes);
    }

    /** What is there to read, with an array; another buffer after {@link #available} may be. */
    abstract ByteBuffer window();

    /** Tries to bring so many bytes into the window; returns how many there are, fewer only at the end. */
    abstract int available(int bytes);

    /** Whether nothing is left. Leaves the window's bytes where they are. */
    abstract boolean atEnd();

    /** Bytes of the window that will stay as they are. */
    abstract ByteBuffer keep(int at, int bytes);

    abstract void close();

    private static final class Plain extends RecordSource {
        private final ByteBuffer records;

        Plain(ByteBuffer records) {
            this.records = records.hasArray() ? records : copyOf(records);
        }

        /** One pass over the bytes is less than what it costs to parse them outside an array. */
        private static ByteBuffer copyOf(ByteBuffer records) {
            return ByteBuffer.allocate(records.remaining()).put(records).flip();
        }

        @Override
        ByteBuffer window() {
            return records;
        }

        @Override
        int available(int bytes) {
            return records.remaining();
        }

        @Override
        boolean atEnd() {
            return !records.hasRemaining();
        }

        @Override
        ByteBuffer keep(int at, int bytes) {
            return records.slice(at, bytes);
        }

        @Override
        void close() {}
    }

    private static final class Expanding extends RecordSource {
        private static final int INITIAL_BYTES = 16 * 1024;

        private final Compression codec;
        private final InputStream expanded;
        private final int maxBytes;
        private int readBytes;
        private ByteBuffer window = ByteBuffer.allocate(INITIAL_BYTES).limit(0);

        Expanding(Compression codec, ByteBuffer records, int maxBytes) {
            this.codec = codec;
            this.maxBytes = maxBytes;
            this.expanded = Codecs.expanding(codec, records, maxBytes, this);
        }

        @Override
        ByteBuffer window() {
            return window;
        }

        @Override
        int available(int bytes) {
            boolean more = true;
            while (more && window.remaining() < bytes) {
                makeRoom();
                more = fill();
            }
            return window.remaining();
        }

        /** Grows only when full of bytes that are really there: what a record says of its length costs nothing. */
        private void makeRoom() {
            if (window.limit() < window.capacity()) {
                return;
            }
            if (window.position() > 0) {
                window.compact().flip();
            } else {
                int doubled = (int) Math.min(2L * window.capacity(), Integer.MAX_VALUE - 64L);
                window = ByteBuffer.allocate(doubled).put(window).flip();
            }
        }

        private boolean fill() {
            int from = window.limit();
            int bytes = read(window.array(), from, window.capacity() - from);
            if (bytes < 0) {
                return false;
            }
            if (bytes > maxBytes - readBytes) {
                throw new InvalidBatchException(
                        Reason.RECORD_TOO_LARGE,
                        "records expanded by " + codec + " take more than " + maxBytes + " bytes, the limit");
            }
            readBytes += bytes;
            window.limit(from + bytes);
            return true;
        }

        private int read(byte[] target, int from, int length) {
            try {
                return expanded.read(target, from, length);
            } catch (IOException | RuntimeException e) {
                throw new InvalidBatchException(
                        Reason.INVALID_RECORD, codec + " records cannot be read: " + e.getMessage(), e);
            }
        }

        @Override
        boolean atEnd() {
            return !window.hasRemaining() && read(new byte[1], 0, 1) < 0;
        }

        @Override
        ByteBuffer keep(int at, int bytes) {
            return ByteBuffer.allocate(bytes).put(0, window, at, bytes);
        }

        @Override
        void close() {
            try {
                expanded.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
