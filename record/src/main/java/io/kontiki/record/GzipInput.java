package io.kontiki.record;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The bytes inside gzip members (RFC 1952) that follow one another. The JDK's own stream is not used, because it calls
 * itself for each member: a batch full of empty ones would overflow the stack.
 *
 * <pre>
 * 1f 8b | method 8 | flags | mtime int32 | extra flags | system | optional fields by flags | deflated bytes
 *       | CRC-32 int32 | size int32          numbers little-endian
 * </pre>
 */
final class GzipInput extends InputStream {
    private static final int MAGIC = 0x8b1f;
    private static final int DEFLATE = 8;
    private static final int HEADER_CRC_FLAG = 0x02;
    private static final int EXTRA_FLAG = 0x04;
    private static final int NAME_FLAG = 0x08;
    private static final int COMMENT_FLAG = 0x10;
    private static final int RESERVED_FLAGS = 0xe0;

    private final ByteBuffer source;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private boolean inMember;
    private boolean anyMember;

    GzipInput(ByteBuffer source) {
        this.source = source.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        try {
            while (true) {
                if (!inMember && !beginMember()) {
                    return -1;
                }
                int bytes = inflater.inflate(target, from, length);
                if (bytes > 0 || length == 0) {
                    crc.update(target, from, bytes);
                    return bytes;
                }
                if (inflater.finished()) {
                    endMember();
                } else {
                    throw new EOFException("gzip data ends early");
                }
            }
        } catch (BufferUnderflowException e) {
            throw new EOFException("gzip data ends early");
        } catch (DataFormatException e) {
            throw new IOException("gzip data is broken: " + e.getMessage());
        }
    }

    private boolean beginMember() throws IOException {
        if (anyMember && !source.hasRemaining()) {
            return false;
        }
        int magic = source.getShort() & 0xFFFF;
        int method = source.get();
        if (magic != MAGIC || method != DEFLATE) {
            throw new IOException("no gzip header");
        }
        int flags = source.get();
        if ((flags & RESERVED_FLAGS) != 0) {
            throw new IOException("gzip flags are 0x" + Integer.toHexString(flags & 0xFF));
        }
        skip(Integer.BYTES + 2);
        skipOptionalFields(flags);
        inflater.reset();
        inflater.setInput(source);
        crc.reset();
        inMember = true;
        anyMember = true;
        return true;
    }

    private void skipOptionalFields(int flags) {
        if ((flags & EXTRA_FLAG) != 0) {
            skip(source.getShort() & 0xFFFF);
        }
        if ((flags & NAME_FLAG) != 0) {
            skipText();
        }
        if ((flags & COMMENT_FLAG) != 0) {
            skipText();
        }
        if ((flags & HEADER_CRC_FLAG) != 0) {
            skip(Short.BYTES);
        }
    }

    private void skip(int bytes) {
        if (bytes > source.remaining()) {
            throw new BufferUnderflowException();
        }
        source.position(source.position() + bytes);
    }

    private void skipText() {
        while (source.get() != 0) {
            // The text is of no use here.
        }
    }

    private void endMember() throws IOException {
        if (source.getInt() != (int) crc.getValue()) {
            throw new IOException("gzip checksum does not match");
        }
        if (source.getInt() != (int) inflater.getBytesWritten()) {
            throw new IOException("gzip size does not match");
        }
        inMember = false;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
