package io.kontiki.record;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * The bytes inside a stream of snappy-java's framing, or inside one plain snappy block, which some clients send:
 *
 * <pre>
 * 82 'SNAPPY' 00 | version int32 | least compatible version int32 | per block: length int32, block
 * </pre>
 *
 * A block says itself how long it is expanded. Nothing is set aside for one that says more than snappy can make of its
 * bytes: a copy of 64 bytes takes at least 3.
 */
final class SnappyInput extends InputStream {
    private static final long MAGIC = 0x82534e4150505900L;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 16;
    private static final int MAX_RATIO = 64 / 3 + 1;

    private final ByteBuffer source;
    private final int maxBytes;
    private final boolean framed;
    private byte[] block = {};
    private byte[] expanded = {};
    private int position;
    private int limit;

    SnappyInput(ByteBuffer source, int maxBytes) throws IOException {
        this.source = source.slice();
        this.maxBytes = maxBytes;
        this.framed = this.source.remaining() >= HEADER_BYTES && this.source.getLong(0) == MAGIC;
        if (framed) {
            int compatible = this.source.getInt(12);
            if (compatible > VERSION) {
                throw new IOException("snappy framing needs version " + compatible + ", " + VERSION + " is known");
            }
            this.source.position(HEADER_BYTES);
        }
    }

    @Override
    public int read() throws IOException {
        return fill() ? expanded[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int bytes = Math.min(length, limit - position);
        System.arraycopy(expanded, position, target, from, bytes);
        position += bytes;
        return bytes;
    }

    /** Whether bytes are left, if need be of the next block that has any. */
    private boolean fill() throws IOException {
        while (position == limit) {
            if (!source.hasRemaining()) {
                return false;
            }
            expandBlock(framed ? nextLength() : source.remaining());
        }
        return true;
    }

    private int nextLength() throws IOException {
        if (source.remaining() < Integer.BYTES) {
            throw new EOFException("snappy data ends early");
        }
        int length = source.getInt();
        if (length < 0 || length > source.remaining()) {
            throw new IOException("snappy block length is " + length + ", " + source.remaining() + " bytes are left");
        }
        return length;
    }

    private void expandBlock(int length) throws IOException {
        if (block.length < length) {
            block = new byte[length];
        }
        source.get(block, 0, length);
        int size = Snappy.uncompressedLength(block, 0, length);
        long most = Math.min(maxBytes, (long) length * MAX_RATIO);
        if (size < 0 || size > most) {
            throw new IOException("snappy block of " + length + " bytes says it expands to "
                    + Integer.toUnsignedString(size) + ", at most " + most + " are possible");
        }
        if (expanded.length < size) {
            expanded = new byte[size];
        }
        position = 0;
        limit = Snappy.uncompress(block, 0, length, expanded, 0);
    }
}
