package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import java.nio.ByteBuffer;

/**
 * How the greatest timestamp of one segment rose. A cache of the segment (rule R8). Kafka's file,
 * {@code <base offset>.timeindex}, big-endian, per entry:
 *
 * <pre>
 * 0 greatest timestamp of the segment up to here                            int64 (ms)
 * 8 last offset of the first batch that has it - base offset of the segment int32
 * </pre>
 *
 * The last entry of a closed segment holds its greatest timestamp. Entries are verified like those of
 * {@link OffsetIndex}: the batch that one names must have that last offset and that timestamp.
 */
final class TimeIndex {
    private final long baseOffset;
    private final IndexEntries entries;

    private TimeIndex(long baseOffset, IndexEntries entries) {
        this.baseOffset = baseOffset;
        this.entries = entries;
    }

    static TimeIndex empty(long baseOffset) {
        return new TimeIndex(baseOffset, IndexEntries.empty(Long.BYTES));
    }

    static TimeIndex in(ByteBuffer file, long baseOffset) {
        return new TimeIndex(baseOffset, IndexEntries.in(file, Long.BYTES));
    }

    int count() {
        return entries.count();
    }

    /** The last entry at or below a timestamp; -1 if there is none. */
    int floor(long timestampMs) {
        return entries.floorOfKey(timestampMs);
    }

    long timestampMsAt(int entry) {
        return entries.keyAt(entry);
    }

    /** Last offset of the batch that has the entry's timestamp. */
    long offsetAt(int entry) {
        return baseOffset + entries.valueAt(entry);
    }

    /** Timestamp of the last entry, or {@link BatchHeader#NO_TIMESTAMP}. */
    long maxTimestampMs() {
        int count = entries.count();
        return count == 0 ? BatchHeader.NO_TIMESTAMP : entries.keyAt(count - 1);
    }

    /** Adds an entry if the timestamp is above the last one. */
    void append(long timestampMs, long offset) {
        if (timestampMs > maxTimestampMs()) {
            entries.append(timestampMs, (int) (offset - baseOffset));
        }
    }

    /** A copy, in memory, of the entries below an offset. */
    TimeIndex below(long endOffset) {
        return new TimeIndex(baseOffset, entries.first(entries.floorOfValue(endOffset - 1 - baseOffset) + 1));
    }

    byte[] toBytes() {
        return entries.toBytes();
    }
}
