package io.kontiki.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The 32-bit Murmur2 hash by Austin Appleby with the seed that Kafka's clients use, so that a key lands in the partition
 * where they put it.
 */
public final class Murmur2 {
    private static final int SEED = 0x9747b28c;
    private static final int MULTIPLIER = 0x5bd1e995;
    private static final int SHIFT = 24;

    private Murmur2() {}

    /** Hash of the bytes between position and limit, which stay as they are. */
    public static int hash(ByteBuffer bytes) {
        ByteBuffer source = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        int hash = SEED ^ source.remaining();
        while (source.remaining() >= Integer.BYTES) {
            int word = source.getInt() * MULTIPLIER;
            word = (word ^ (word >>> SHIFT)) * MULTIPLIER;
            hash = (hash * MULTIPLIER) ^ word;
        }
        if (source.hasRemaining()) {
            int tail = 0;
            for (int shift = 0; source.hasRemaining(); shift += Byte.SIZE) {
                tail |= (source.get() & 0xFF) << shift;
            }
            hash = (hash ^ tail) * MULTIPLIER;
        }
        hash = (hash ^ (hash >>> 13)) * MULTIPLIER;
        return hash ^ (hash >>> 15);
    }

    /**
     * The partition of a key.
     *
     * @param partitionCount at least 1
     * @return 0 to {@code partitionCount - 1}
     */
    public static int partitionFor(ByteBuffer key, int partitionCount) {
        return (hash(key) & Integer.MAX_VALUE) % partitionCount;
    }
}
