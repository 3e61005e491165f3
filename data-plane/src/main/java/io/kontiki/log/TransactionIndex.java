package io.kontiki.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The aborted transactions whose marker lies in one segment, by rising marker. A cache of the log (rule R8), though not of
 * its segment alone, since a transaction may begin in an earlier one. A file {@code <base offset>.txnindex} is there only
 * if there is an entry; entries are Kafka's, big-endian:
 *
 * <pre>
 *  0 version             int16 = 0
 *  2 producer id         int64
 * 10 first offset        int64
 * 18 last offset         int64
 * 26 last stable offset  int64
 * </pre>
 *
 * Behind the last entry follows the CRC-32C of the base offset and all entries, int32. Kafka's readers ignore it, being
 * less than an entry; without it a lost entry could not be noticed, and aborted records would be taken for committed ones.
 *
 * <p>The log's writer thread appends; any thread reads beside it.
 */
final class TransactionIndex {
    static final int ENTRY_BYTES = 34;
    private static final short VERSION = 0;
    private static final int INITIAL_ENTRIES = 4;
    private static final AbortedTransaction[] NONE = {};

    private final long baseOffset;
    private volatile Published published;

    /** What readers see; the first {@code count} entries never change. */
    private record Published(AbortedTransaction[] entries, int count) {
        List<AbortedTransaction> list() {
            return Arrays.asList(entries).subList(0, count);
        }
    }

    private TransactionIndex(long baseOffset, AbortedTransaction... entries) {
        this.baseOffset = baseOffset;
        this.published = new Published(entries, entries.length);
    }

    static TransactionIndex empty(long baseOffset) {
        return new TransactionIndex(baseOffset, NONE);
    }

    /** Empty if the bytes are not a sound file of that segment. */
    static Optional<TransactionIndex> decode(byte[] file, long baseOffset) {
        int count = (file.length - Integer.BYTES) / ENTRY_BYTES;
        ByteBuffer source = ByteBuffer.wrap(file);
        int entriesEnd = count * ENTRY_BYTES;
        if (file.length != entriesEnd + Integer.BYTES
                || source.getInt(entriesEnd) != checksum(baseOffset, file, entriesEnd)) {
            return Optional.empty();
        }
        AbortedTransaction[] entries = new AbortedTransaction[count];
        for (int i = 0; i < count; i++) {
            if (source.getShort() != VERSION) {
                return Optional.empty();
            }
            entries[i] = new AbortedTransaction(source.getLong(), source.getLong(), source.getLong(), source.getLong());
        }
        return Optional.of(new TransactionIndex(baseOffset, entries));
    }

    byte[] toBytes() {
        Published now = published;
        ByteBuffer target = ByteBuffer.allocate(now.count() * ENTRY_BYTES + Integer.BYTES);
        for (AbortedTransaction entry : now.list()) {
            target.putShort(VERSION)
                    .putLong(entry.producerId())
                    .putLong(entry.firstOffset())
                    .putLong(entry.lastOffset())
                    .putLong(entry.lastStableOffset());
        }
        return target.putInt(checksum(baseOffset, target.array(), target.position()))
                .array();
    }

    private static int checksum(long baseOffset, byte[] file, int entriesEnd) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, baseOffset));
        crc.update(file, 0, entriesEnd);
        return (int) crc.getValue();
    }

    boolean isEmpty() {
        return published.count() == 0;
    }

    List<AbortedTransaction> entries() {
        return List.copyOf(published.list());
    }

    void append(AbortedTransaction aborted) {
        Published now = published;
        AbortedTransaction[] entries = now.entries();
        if (now.count() == entries.length) {
            entries = Arrays.copyOf(entries, Math.max(INITIAL_ENTRIES, 2 * entries.length));
        }
        // Behind the count, so that no reader goes there before the new count is published.
        entries[now.count()] = aborted;
        published = new Published(entries, now.count() + 1);
    }

    /** A copy of the entries whose marker lies below an offset. */
    TransactionIndex below(long endOffset) {
        return new TransactionIndex(
                baseOffset,
                published.list().stream()
                        .filter(entry -> entry.lastOffset() < endOffset)
                        .toArray(AbortedTransaction[]::new));
    }

    /**
     * Adds those that touch a range of offsets.
     *
     * @return whether no later segment can hold another one
     */
    boolean collect(long fromOffset, long toOffsetExclusive, List<? super AbortedTransaction> target) {
        for (AbortedTransaction entry : published.list()) {
            if (entry.lastOffset() >= fromOffset && entry.firstOffset() < toOffsetExclusive) {
                target.add(entry);
            }
            if (entry.lastStableOffset() >= toOffsetExclusive) {
                return true;
            }
        }
        return false;
    }
}
