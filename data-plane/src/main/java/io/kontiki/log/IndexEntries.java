package io.kontiki.log;

import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;

/**
 * The entries of one sparse index: a rising key and a 32-bit value each, laid out as in Kafka's files, big-endian.
 *
 * <pre>
 * .index      key int32 = offset of a batch's last record - base offset, value int32 = the batch's position
 * .timeindex  key int64 = greatest timestamp so far (ms), value int32 = offset of that batch's last record - base offset
 * </pre>
 *
 * In memory while its segment grows, in the file afterwards: an index is a cache that the segment can rebuild, so it is
 * written once, when the segment is closed. The writer thread appends and cuts; any thread looks up beside it.
 */
final class IndexEntries {
    private static final int INITIAL_ENTRIES = 64;

    private final int keyBytes;
    private final int entryBytes;
    private volatile Entries entries;

    private IndexEntries(int keyBytes) {
        this.keyBytes = keyBytes;
        this.entryBytes = keyBytes + Integer.BYTES;
        this.entries = new InMemory(ByteBuffer.allocate(INITIAL_ENTRIES * entryBytes), 0);
    }

    static IndexEntries byOffset() {
        return new IndexEntries(Integer.BYTES);
    }

    static IndexEntries byTimestamp() {
        return new IndexEntries(Long.BYTES);
    }

    /** What readers see; the first {@code count} entries never change. */
    private sealed interface Entries {
        int count();

        /** The number of that many bytes, 4 or 8, at a byte of the index. */
        long number(int at, int length);
    }

    private record InMemory(ByteBuffer bytes, int count) implements Entries {
        @Override
        public long number(int at, int length) {
            return length == Integer.BYTES ? bytes.getInt(at) : bytes.getLong(at);
        }
    }

    private record InFile(DiskFile file, int count) implements Entries {
        @Override
        public long number(int at, int length) {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            file.read(at, bytes);
            return length == Integer.BYTES ? bytes.getInt(0) : bytes.getLong(0);
        }
    }

    int count() {
        return entries.count();
    }

    long keyAt(int entry) {
        return entries.number(entry * entryBytes, keyBytes);
    }

    int valueAt(int entry) {
        return (int) entries.number(entry * entryBytes + keyBytes, Integer.BYTES);
    }

    /** The last entry whose key is at or below the given one; -1 if there is none. */
    int floor(long key) {
        Entries seen = entries;
        int low = 0;
        int high = seen.count() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (seen.number(middle * entryBytes, keyBytes) <= key) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** Adds an entry; the key must be above the last one. Only while in memory. */
    void append(long key, int value) {
        InMemory memory = (InMemory) entries;
        ByteBuffer bytes = memory.bytes();
        int at = memory.count() * entryBytes;
        if (at + entryBytes > bytes.capacity()) {
            bytes = ByteBuffer.allocate(2 * bytes.capacity()).put(0, bytes, 0, at);
        }
        // Behind the count, so that no reader looks there before the new count is published.
        if (keyBytes == Integer.BYTES) {
            bytes.putInt(at, (int) key);
        } else {
            bytes.putLong(at, key);
        }
        bytes.putInt(at + keyBytes, value);
        entries = new InMemory(bytes, memory.count() + 1);
    }

    /** Keeps the first entries only, in memory again, in a buffer of their own as readers may still use the old one. */
    void keepFirst(int count) {
        ByteBuffer kept = ByteBuffer.allocate(Math.max(count, INITIAL_ENTRIES) * entryBytes);
        kept.put(0, contents(), 0, count * entryBytes);
        entries = new InMemory(kept, count);
    }

    /** All entries as the file holds them. */
    ByteBuffer contents() {
        Entries now = entries;
        if (now instanceof InMemory memory) {
            return memory.bytes().slice(0, memory.count() * entryBytes);
        }
        ByteBuffer bytes = ByteBuffer.allocate(now.count() * entryBytes);
        ((InFile) now).file().read(0, bytes);
        return bytes.flip();
    }

    /** From now on looks up in a file that holds these entries. */
    void readFrom(DiskFile file) {
        entries = new InFile(file, (int) (file.size() / entryBytes));
    }

    /** Whether a file has whole entries only. */
    boolean canReadFrom(DiskFile file) {
        return file.size() % entryBytes == 0 && file.size() <= Integer.MAX_VALUE;
    }
}
