package io.kontiki.log;

import java.nio.ByteBuffer;

/**
 * Entries of a sparse index: a key and a 32-bit value each, both rising, big-endian and one behind the other as in the
 * index's file. Either they grow in memory, or they lie in bytes that someone else wrote, a mapped file as a rule; then
 * nothing about them is known to be right. One thread appends, any thread looks up beside it.
 */
final class IndexEntries {
    private static final int INITIAL_ENTRIES = 64;
    /** Thousands of segments are opened without any of them growing. */
    private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

    private final int keyBytes;
    private final int entryBytes;
    private volatile Published published;

    /** What look-ups see; the first {@code count} entries never change. */
    private record Published(ByteBuffer bytes, int count) {}

    private IndexEntries(int keyBytes, ByteBuffer bytes, int count) {
        this.keyBytes = keyBytes;
        this.entryBytes = keyBytes + Integer.BYTES;
        this.published = new Published(bytes, count);
    }

    /** @param keyBytes 4 or 8 */
    static IndexEntries empty(int keyBytes) {
        return new IndexEntries(keyBytes, NO_BYTES, 0);
    }

    /** Entries in the bytes of a file; what is left behind the last whole entry does not count. */
    static IndexEntries in(ByteBuffer file, int keyBytes) {
        return new IndexEntries(keyBytes, file, file.limit() / (keyBytes + Integer.BYTES));
    }

    int count() {
        return published.count();
    }

    long keyAt(int entry) {
        return key(published.bytes(), entry);
    }

    private long key(ByteBuffer bytes, int entry) {
        int at = entry * entryBytes;
        return keyBytes == Integer.BYTES ? bytes.getInt(at) : bytes.getLong(at);
    }

    int valueAt(int entry) {
        return published.bytes().getInt(entry * entryBytes + keyBytes);
    }

    /** The last entry whose key is at or below the given one; -1 if there is none. */
    int floorOfKey(long key) {
        Published seen = published;
        int low = 0;
        int high = seen.count() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (key(seen.bytes(), middle) <= key) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The last entry whose value is at or below the given one; -1 if there is none. */
    int floorOfValue(long value) {
        Published seen = published;
        int low = 0;
        int high = seen.count() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (seen.bytes().getInt(middle * entryBytes + keyBytes) <= value) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** Adds an entry behind the last one. Only to entries in memory. */
    void append(long key, int value) {
        Published now = published;
        ByteBuffer bytes = now.bytes();
        int at = now.count() * entryBytes;
        if (at + entryBytes > bytes.capacity()) {
            bytes = ByteBuffer.allocate(Math.max(2 * bytes.capacity(), INITIAL_ENTRIES * entryBytes))
                    .put(0, bytes, 0, at);
        }
        // Behind the count, so that no look-up goes there before the new count is published.
        if (keyBytes == Integer.BYTES) {
            bytes.putInt(at, (int) key);
        } else {
            bytes.putLong(at, key);
        }
        bytes.putInt(at + keyBytes, value);
        published = new Published(bytes, now.count() + 1);
    }

    /** A copy in memory of the first entries. */
    IndexEntries first(int count) {
        ByteBuffer copy = ByteBuffer.allocate(Math.max(count, INITIAL_ENTRIES) * entryBytes);
        copy.put(0, published.bytes(), 0, count * entryBytes);
        return new IndexEntries(keyBytes, copy, count);
    }

    /** A copy of all entries as the file holds them. */
    byte[] toBytes() {
        Published now = published;
        byte[] bytes = new byte[now.count() * entryBytes];
        now.bytes().get(0, bytes);
        return bytes;
    }
}
