package io.kontiki.simulation;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of a file as programs see them, and as the last flush left them. Not thread-safe. */
final class UnflushedBytes implements MemoryNode {
    private byte[] visible = new byte[256];
    private int size;
    private byte[] durable = new byte[0];
    private int durableSize;
    /** Below it both are equal. */
    private int equalBelow;

    private static UnflushedBytes flushed(byte[] content) {
        UnflushedBytes bytes = new UnflushedBytes();
        bytes.visible = content.clone();
        bytes.size = content.length;
        bytes.durable = content;
        bytes.durableSize = content.length;
        bytes.equalBelow = content.length;
        return bytes;
    }

    int size() {
        return size;
    }

    void append(ByteBuffer source) {
        int bytes = source.remaining();
        if (size + bytes > visible.length) {
            visible = Arrays.copyOf(visible, Math.max(size + bytes, Math.max(256, 2 * visible.length)));
        }
        source.get(visible, size, bytes);
        size += bytes;
    }

    int read(long position, ByteBuffer target) {
        int bytes = (int) Math.max(0, Math.min(target.remaining(), size - position));
        target.put(visible, (int) Math.min(position, size), bytes);
        return bytes;
    }

    void truncate(int newSize) {
        size = newSize;
        equalBelow = Math.min(equalBelow, newSize);
    }

    void force() {
        if (durable.length < size) {
            durable = Arrays.copyOf(durable, Math.max(size, 2 * durable.length));
        }
        System.arraycopy(visible, equalBelow, durable, equalBelow, size - equalBelow);
        durableSize = size;
        equalBelow = size;
    }

    /** What the next flush had to write will never be written, and nobody will say so again. */
    void forgetUnflushed() {
        durable = Arrays.copyOf(durable, Math.max(size, durable.length));
        Arrays.fill(durable, equalBelow, size, (byte) 0);
        durableSize = size;
        equalBelow = size;
    }

    void flipBit(int position, int bit) {
        visible[position] ^= (byte) (1 << bit);
        if (position < durableSize) {
            durable[position] ^= (byte) (1 << bit);
        }
    }

    /** The bytes as programs see them. */
    byte[] content() {
        return Arrays.copyOf(visible, size);
    }

    @Override
    public boolean isFlushed() {
        return equalBelow == size && size == durableSize;
    }

    @Override
    public UnflushedBytes after(PowerCut cut) {
        byte[] flushed = Arrays.copyOf(durable, durableSize);
        return flushed(isFlushed() ? flushed : cut.left(content(), flushed, Math.min(equalBelow, size)));
    }
}
