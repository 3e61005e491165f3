package io.kontiki.benchmark.allocation;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * One message at a time between two ends of a call, in memory that is used again, as a transport's is. It is copied in, as
 * a transport does. Not thread-safe.
 */
final class WireBytes extends OutputStream {
    private byte[] bytes = new byte[4096];
    private int size;

    /** Takes a message in place of the one before. */
    WireBytes take(InputStream message) {
        size = 0;
        try (message) {
            if (message instanceof Drainable drainable) {
                drainable.drainTo(this);
            } else {
                message.transferTo(this);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    int size() {
        return size;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    /** The message, until the next is taken. */
    InputStream input() {
        return input(bytes, size);
    }

    /** A message of all these bytes. */
    static InputStream input(byte[] message) {
        return input(message, message.length);
    }

    private static InputStream input(byte[] message, int size) {
        return new Arrived(message, size);
    }

    @Override
    public void write(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int from, int length) {
        reserve(length);
        System.arraycopy(source, from, bytes, size, length);
        size += length;
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }

    /** As what comes uncompressed over a connection. */
    private static final class Arrived extends ByteArrayInputStream implements KnownLength {
        private Arrived(byte[] message, int size) {
            super(message, 0, size);
        }
    }
}
