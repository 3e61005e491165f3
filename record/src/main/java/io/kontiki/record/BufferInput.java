package io.kontiki.record;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** The rest of a buffer as a stream. */
final class BufferInput extends InputStream {
    private final ByteBuffer source;

    BufferInput(ByteBuffer source) {
        this.source = source;
    }

    @Override
    public int read() {
        return source.hasRemaining() ? source.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) {
        if (length == 0) {
            return 0;
        }
        if (!source.hasRemaining()) {
            return -1;
        }
        int bytes = Math.min(length, source.remaining());
        source.get(target, from, bytes);
        return bytes;
    }

    @Override
    public int available() {
        return source.remaining();
    }
}
