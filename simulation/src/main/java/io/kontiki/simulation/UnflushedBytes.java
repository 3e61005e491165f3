package io.kontiki.simulation;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** The bytes of a file as programs see them, and as the last flush left them. Not thread-safe. */
final class UnflushedBytes {
    private byte[] visible = new byte[256];
    private int size;
    private byte[] durable = new byte[0];
    private int durableSize;
    /** Below it both are equal. */
    private int equalBelow;

    int size() {
        return size;
    }

    void append(ByteBuffer source) {
        int bytes = source.remaining();
        if (size + bytes > visible.length) {
            visible = Arrays.copyOf(visible, Math.max(size + bytes, 2 * visible.length));
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

    void flipBit(int position, int bit) {
        visible[position] ^= (byte) (1 << bit);
        if (position < durableSize) {
            durable[position] ^= (byte) (1 << bit);
        }
    }

    /**
     * Leaves the durable bytes and, of what was written since, a prefix; in it a stretch may not have reached the disk:
     * there lie the durable bytes of old, or zeros. The size on disk may be the old one or any on the way to the new one.
     */
    void cutPower(RandomGenerator random) {
        int from = Math.min(equalBelow, size);
        int written = size - from;
        int kept = written == 0 ? 0 : random.nextInt(written + 1);
        boolean sizeWasOld = size == from && durableSize > size && random.nextBoolean();
        byte[] left = Arrays.copyOf(visible, Math.max(from + kept, sizeWasOld ? durableSize : 0));
        if (sizeWasOld) {
            System.arraycopy(durable, from, left, from, durableSize - from);
        }
        if (kept > 0 && random.nextInt(4) == 0) {
            loseStretch(left, from, kept, random);
        }
        visible = left.length == 0 ? new byte[256] : left;
        size = left.length;
        durable = left.clone();
        durableSize = size;
        equalBelow = size;
    }

    private void loseStretch(byte[] left, int from, int kept, RandomGenerator random) {
        int start = from + random.nextInt(kept);
        int end = start + 1 + random.nextInt(from + kept - start);
        for (int i = start; i < end; i++) {
            left[i] = i < durableSize ? durable[i] : 0;
        }
    }
}
