package io.kontiki.log;

import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The producers of a log at the bases of its segments: on disk, and in memory until they are there. That takes long where the
 * disk is full, and then what such a snapshot was made from may be gone below the log start. Any thread.
 */
final class ProducerSnapshots {
    private final LogDirectory directory;
    private final NavigableMap<Long, Supplier<byte[]>> unwritten = new TreeMap<>();

    ProducerSnapshots(LogDirectory directory) {
        this.directory = directory;
    }

    /**
     * Adds what is to be written. Never waits for the disk.
     *
     * @param snapshot asked for when it is written or read
     */
    void add(long offset, Supplier<byte[]> snapshot) {
        synchronized (unwritten) {
            unwritten.put(offset, snapshot);
        }
    }

    /** Writes what is not on disk yet; the caller flushes the directory. Under the flush lock. */
    boolean write() {
        NavigableMap<Long, Supplier<byte[]>> ready = unwrittenUpTo(Long.MAX_VALUE);
        ready.forEach((offset, snapshot) -> {
            ProducerSnapshot.write(directory, offset, snapshot.get());
            synchronized (unwritten) {
                unwritten.remove(offset, snapshot);
            }
        });
        return !ready.isEmpty();
    }

    /** Deletes those above an offset; the caller flushes the directory. Under the flush lock. */
    void deleteAbove(long offset) {
        synchronized (unwritten) {
            unwritten.tailMap(offset, false).clear();
        }
        ProducerSnapshot.deleteAbove(directory, offset);
    }

    /** Forgets what is not on disk yet: the log begins anew. Under the flush lock. */
    void clear() {
        synchronized (unwritten) {
            unwritten.clear();
        }
    }

    /** Fills an empty state with what it was when the log ended at an offset: from a snapshot and the batches behind it. */
    void restore(LogView log, long endOffset, ProducerState target) {
        long from = loadNewest(log.segments()[0].baseOffset(), endOffset, target);
        for (int i = log.segmentOf(from);
                i < log.segments().length && log.segments()[i].baseOffset() < endOffset;
                i++) {
            log.segments()[i].reader().replay(from, batch -> {
                if (batch.lastOffset() < endOffset) {
                    target.onAppended(batch);
                }
            });
        }
    }

    /**
     * Fills an empty state from the newest sound snapshot at or below an offset.
     *
     * @param minOffset base of the first segment: what a snapshot below it lacks is not there to be replayed
     * @return the offset from which the log must be replayed into the state; {@code minOffset} if there is none
     */
    long loadNewest(long minOffset, long maxOffset, ProducerState target) {
        // Before the files: what is written meanwhile is among either.
        NavigableMap<Long, Supplier<byte[]>> inMemory = unwrittenUpTo(maxOffset);
        NavigableSet<Long> offsets = new TreeSet<>(directory.offsetsWith(LogDirectory.SNAPSHOT));
        offsets.addAll(inMemory.keySet());
        for (long offset : offsets.subSet(minOffset, true, maxOffset, true).descendingSet()) {
            Supplier<byte[]> snapshot = inMemory.get(offset);
            boolean loaded = snapshot == null
                    ? ProducerSnapshot.load(directory, offset, target)
                    : ProducerSnapshot.decode(ByteBuffer.wrap(snapshot.get()), offset, target);
            if (loaded) {
                return offset;
            }
        }
        return minOffset;
    }

    private NavigableMap<Long, Supplier<byte[]>> unwrittenUpTo(long maxOffset) {
        synchronized (unwritten) {
            return new TreeMap<>(unwritten.headMap(maxOffset, true));
        }
    }
}
