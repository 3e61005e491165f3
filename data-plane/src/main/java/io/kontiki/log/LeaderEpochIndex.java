package io.kontiki.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * The leader epochs of a log and where each begins; finds where two logs part (KIP-101, KIP-279). Immutable: a change
 * gives a new index. Epochs and start offsets rise strictly, so an epoch without records leaves no entry behind once the
 * next one begins.
 */
public final class LeaderEpochIndex {
    private static final LeaderEpochIndex EMPTY = new LeaderEpochIndex(List.of());

    private final List<EpochEntry> entries;

    private LeaderEpochIndex(List<EpochEntry> entries) {
        this.entries = entries;
    }

    static LeaderEpochIndex empty() {
        return EMPTY;
    }

    /** @throws IllegalArgumentException if epochs or start offsets do not rise strictly from 0 */
    public static LeaderEpochIndex of(List<EpochEntry> entries) {
        long lastOffset = -1;
        int lastEpoch = -1;
        for (EpochEntry entry : entries) {
            if (entry.epoch() <= lastEpoch || entry.startOffset() <= lastOffset) {
                throw new IllegalArgumentException("epoch entry " + entry + " does not rise above its predecessor");
            }
            lastEpoch = entry.epoch();
            lastOffset = entry.startOffset();
        }
        return new LeaderEpochIndex(List.copyOf(entries));
    }

    /** In rising order; unmodifiable. */
    public List<EpochEntry> entries() {
        return entries;
    }

    /** Epoch of the newest entry; empty if the log never had a leader. */
    public OptionalInt latestEpoch() {
        return entries.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(entries.get(entries.size() - 1).epoch());
    }

    /** Epoch of the record at an offset of the log; for the log end offset, the newest. Empty below the first entry. */
    public OptionalInt epochAt(long offset) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (entries.get(i).startOffset() <= offset) {
                return OptionalInt.of(entries.get(i).epoch());
            }
        }
        return OptionalInt.empty();
    }

    /**
     * Where an epoch ends in this log (rule F3): for the latest one the log end offset; else for the largest epoch g not
     * above it, (g, start of the epoch behind g); below the first epoch, (epoch, start of the first).
     *
     * @param endOffset log end offset that belongs to this index
     * @throws IllegalArgumentException if the epoch is above the latest one, or there is none at all
     */
    public EpochEnd endOf(int epoch, long endOffset) {
        int latest = latestEpoch()
                .orElseThrow(() -> new IllegalArgumentException("epoch " + epoch + " asked of a log without epochs"));
        if (epoch > latest) {
            throw new IllegalArgumentException("epoch " + epoch + " is above the latest epoch " + latest);
        }
        if (epoch == latest) {
            return new EpochEnd(epoch, endOffset);
        }
        EpochEntry behind = entries.get(entries.size() - 1);
        for (int i = entries.size() - 2; i >= 0; i--) {
            EpochEntry entry = entries.get(i);
            if (entry.epoch() <= epoch) {
                return new EpochEnd(entry.epoch(), behind.startOffset());
            }
            behind = entry;
        }
        return new EpochEnd(epoch, behind.startOffset());
    }

    /**
     * Where the records end that consumers get. Each epoch begins with one control record (rule L17): those that have
     * nothing else are passed over from the end. The first epoch may have begun before the log does, so it counts whole.
     *
     * @param endOffset up to which to look, exclusive
     * @return at most {@code endOffset}
     */
    public long recordsEnd(long endOffset) {
        long end = endOffset;
        for (int i = entries.size() - 1; i >= 0; i--) {
            long start = entries.get(i).startOffset();
            boolean wholeEpoch = i > 0 || start == 0;
            if (start + 1 < end || start < end && !wholeEpoch) {
                return end;
            }
            end = Math.min(start, end);
        }
        return end;
    }

    /** This index with an epoch beginning at the log end; the same object if the epoch is the latest already. */
    LeaderEpochIndex with(int epoch, long startOffset) {
        if (!entries.isEmpty() && latestEpoch().getAsInt() == epoch) {
            return this;
        }
        List<EpochEntry> next = new ArrayList<>(entries);
        next.removeIf(entry -> entry.startOffset() >= startOffset);
        next.add(new EpochEntry(epoch, startOffset));
        return of(next);
    }

    /** This index without what begins at or above an offset; the same object if nothing does. */
    LeaderEpochIndex truncatedTo(long endOffset) {
        if (entries.isEmpty() || entries.get(entries.size() - 1).startOffset() < endOffset) {
            return this;
        }
        return new LeaderEpochIndex(entries.stream()
                .filter(entry -> entry.startOffset() < endOffset)
                .toList());
    }

    /**
     * This index for a log that starts at an offset: what ended below it is dropped, and the epoch of that offset begins
     * there (rule R8). The same object if nothing changes.
     */
    LeaderEpochIndex startingAt(long logStartOffset) {
        int first = entries.size() - 1;
        while (first >= 0 && entries.get(first).startOffset() > logStartOffset) {
            first--;
        }
        if (first < 0 || first == 0 && entries.get(0).startOffset() == logStartOffset) {
            return this;
        }
        List<EpochEntry> kept = new ArrayList<>(entries.subList(first, entries.size()));
        kept.set(0, new EpochEntry(kept.get(0).epoch(), logStartOffset));
        return of(kept);
    }

    /**
     * This index of a log that starts at an offset, where it begins with the epoch that another index knows there:
     * compaction may have taken the batches that tell it.
     */
    LeaderEpochIndex beginningAs(LeaderEpochIndex noted, long logStartOffset) {
        Optional<EpochEntry> first = noted.startingAt(logStartOffset).entries.stream()
                .findFirst()
                .filter(entry -> entry.startOffset() == logStartOffset);
        if (first.isEmpty()) {
            return this;
        }
        List<EpochEntry> all = new ArrayList<>(List.of(first.get()));
        entries.stream()
                .filter(entry -> entry.startOffset() > logStartOffset
                        && entry.epoch() > first.get().epoch())
                .forEach(all::add);
        return of(all);
    }

    /** CRC-32C of all entries: epoch int32, start offset int64 each, big-endian. */
    long checksum() {
        ByteBuffer bytes = ByteBuffer.allocate(entries.size() * (Integer.BYTES + Long.BYTES));
        entries.forEach(entry -> bytes.putInt(entry.epoch()).putLong(entry.startOffset()));
        CRC32C crc = new CRC32C();
        crc.update(bytes.flip());
        return crc.getValue();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LeaderEpochIndex that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
