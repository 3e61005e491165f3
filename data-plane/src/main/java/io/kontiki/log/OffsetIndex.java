package io.kontiki.log;

import java.nio.ByteBuffer;

/**
 * Where batches of one segment lie, one for every few kilobytes. A cache of the segment (rule R8). Kafka's file,
 * {@code <base offset>.index}, big-endian, per entry:
 *
 * <pre>
 * 0 last offset of a batch - base offset of the segment  int32
 * 4 position of the batch                                 int32
 * </pre>
 *
 * It has no checksum: whoever uses an entry reads the batch that it names and compares its last offset. An entry that
 * passes is a right place to start from, however wrong all others are.
 */
final class OffsetIndex {
    private final long baseOffset;
    private final IndexEntries entries;

    private OffsetIndex(long baseOffset, IndexEntries entries) {
        this.baseOffset = baseOffset;
        this.entries = entries;
    }

    static OffsetIndex empty(long baseOffset) {
        return new OffsetIndex(baseOffset, IndexEntries.empty(Integer.BYTES));
    }

    static OffsetIndex in(ByteBuffer file, long baseOffset) {
        return new OffsetIndex(baseOffset, IndexEntries.in(file, Integer.BYTES));
    }

    int count() {
        return entries.count();
    }

    /** The last entry whose batch ends at or below an offset; -1 if there is none. */
    int floor(long offset) {
        return entries.floorOfKey(offset - baseOffset);
    }

    /** The last entry whose batch begins at or below a position; -1 if there is none. */
    int floorOfPosition(long position) {
        return entries.floorOfValue(position);
    }

    /** Last offset of the entry's batch. */
    long lastOffsetAt(int entry) {
        return baseOffset + entries.keyAt(entry);
    }

    int positionAt(int entry) {
        return entries.valueAt(entry);
    }

    void append(long lastOffset, int position) {
        entries.append(lastOffset - baseOffset, position);
    }

    /** A copy, in memory, of the entries below an offset. */
    OffsetIndex below(long endOffset) {
        return new OffsetIndex(baseOffset, entries.first(floor(endOffset - 1) + 1));
    }

    byte[] toBytes() {
        return entries.toBytes();
    }
}
