package io.kontiki.log;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last offset of each key in a part of the log, in a fixed amount of memory: open addressing over 24 bytes per slot, 16
 * of them a hash of the key. Keys themselves are not kept, so two keys with the same hash would count as one; that takes
 * the first half of SHA-256, which nobody knows how to make collide, as a producer who could would delete records of
 * others. Not thread-safe.
 *
 * <pre>
 * slot: hash, first half int64 | hash, second half int64 | offset + 1 int64 (0 = free)
 * </pre>
 */
final class OffsetMap {
    static final int BYTES_PER_SLOT = 24;
    /** Beyond it look-ups of absent keys, which are most of them, would take long. */
    private static final double LOAD_LIMIT = 0.8;

    private static final int LONGS_PER_SLOT = 3;
    private static final int OFFSET_AT = 2;
    private static final int MIN_SLOTS = 2;

    private final long[] slots;
    private final int slotCount;
    private final int limit;
    private final MessageDigest digest;
    private final byte[] hash = new byte[32];
    private final ByteBuffer hashed = ByteBuffer.wrap(hash);
    private int count;

    private OffsetMap(int slotCount) {
        this.slotCount = slotCount;
        this.limit = Math.max(1, (int) (slotCount * LOAD_LIMIT));
        this.slots = new long[slotCount * LONGS_PER_SLOT];
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * A map for so many records, as far as the memory allows.
     *
     * @param records how many keys there may be, 0 or above
     * @param maxBytes what the map may take, at least 48; no more than 16 GiB of it is used
     */
    static OffsetMap forRecords(long records, long maxBytes) {
        if (maxBytes < MIN_SLOTS * BYTES_PER_SLOT) {
            throw new IllegalArgumentException(
                    "maxBytes is " + maxBytes + ", the least is " + MIN_SLOTS * BYTES_PER_SLOT);
        }
        long affordable = Math.min(maxBytes / BYTES_PER_SLOT, (Integer.MAX_VALUE - 64) / LONGS_PER_SLOT);
        double needed = Math.ceil(records / LOAD_LIMIT) + 1;
        return new OffsetMap((int) Math.max(MIN_SLOTS, Math.min(affordable, needed)));
    }

    /**
     * Notes the offset of a record. Offsets must rise from call to call.
     *
     * @param key the record's key between position and limit, which stay as they are
     * @return false, and nothing is noted, if the key is new and the map is full
     */
    boolean put(ByteBuffer key, long offset) {
        int slot = find(key);
        if (slots[slot + OFFSET_AT] == 0) {
            if (count == limit) {
                return false;
            }
            count++;
            slots[slot] = hashed.getLong(0);
            slots[slot + 1] = hashed.getLong(Long.BYTES);
        }
        slots[slot + OFFSET_AT] = offset + 1;
        return true;
    }

    /** The last offset noted for a key; -1 if there is none. */
    long get(ByteBuffer key) {
        return slots[find(key) + OFFSET_AT] - 1;
    }

    /** Keys noted. */
    int count() {
        return count;
    }

    /** Keys that there is room for. */
    int limit() {
        return limit;
    }

    /** Where the key's slot begins, or the free one that it would get. */
    private int find(ByteBuffer key) {
        digest.update(key.duplicate());
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException("a SHA-256 has " + hash.length + " bytes", e);
        }
        long first = hashed.getLong(0);
        long second = hashed.getLong(Long.BYTES);
        int number = (int) Long.remainderUnsigned(second, slotCount);
        while (true) {
            int slot = number * LONGS_PER_SLOT;
            if (slots[slot + OFFSET_AT] == 0 || (slots[slot] == first && slots[slot + 1] == second)) {
                return slot;
            }
            number = number + 1 == slotCount ? 0 : number + 1;
        }
    }
}
