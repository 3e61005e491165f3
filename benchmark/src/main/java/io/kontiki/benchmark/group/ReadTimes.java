package io.kontiki.benchmark.group;

import java.util.ArrayList;
import java.util.List;

/**
 * Who read each partition of a topic last, and when; and, since the last {@link #startWatch}, the longest time between two
 * new records of a partition, by whether they went to the same reader. Records that were read before do not count: a member
 * that takes over begins with some of them. Thread-safe.
 */
public final class ReadTimes {
    private final List<Track> tracks = new ArrayList<>();

    public ReadTimes(int partitions) {
        for (int i = 0; i < partitions; i++) {
            tracks.add(new Track());
        }
    }

    /** One partition. */
    private static final class Track {
        private String reader = "";
        private long lastOffset = -1;
        private long lastNanos;
        private boolean moved;
        private long gapNanos;
        private long movedNanos;

        synchronized void read(String by, long offset, long nanos) {
            if (offset <= lastOffset) {
                return;
            }
            lastOffset = offset;
            if (!reader.isEmpty()) {
                gapNanos = Math.max(gapNanos, nanos - lastNanos);
            }
            if (!by.equals(reader)) {
                moved = true;
                movedNanos = nanos;
            }
            lastNanos = nanos;
            reader = by;
        }

        synchronized void startWatch() {
            moved = false;
            gapNanos = 0;
        }

        synchronized Watched watched(int partition) {
            return new Watched(partition, moved, gapNanos, movedNanos);
        }

        synchronized boolean readSince(long nanos) {
            return lastNanos - nanos > 0;
        }

        synchronized boolean readSince(String by, long nanos) {
            return reader.equals(by) && lastNanos - nanos > 0;
        }
    }

    /**
     * What happened to a partition while it was watched.
     *
     * @param moved whether it has another reader
     * @param gapNanos the longest time between two new records of it
     * @param movedNanos when its new reader had the first new record, as {@link System#nanoTime} has it
     */
    public record Watched(int partition, boolean moved, long gapNanos, long movedNanos) {}

    /** A record reached a reader; of each partition in the order of its offsets, but for those that are read again. */
    public void read(int partition, String by, long offset, long nanos) {
        tracks.get(partition).read(by, offset, nanos);
    }

    public void startWatch() {
        tracks.forEach(Track::startWatch);
    }

    public List<Watched> watched() {
        List<Watched> all = new ArrayList<>();
        for (int partition = 0; partition < tracks.size(); partition++) {
            all.add(tracks.get(partition).watched(partition));
        }
        return all;
    }

    /** Whether somebody had a new record of each partition since then. */
    public boolean allReadSince(long nanos) {
        return tracks.stream().allMatch(track -> track.readSince(nanos));
    }

    /** Whether this reader had a new record of the partition since then, and nobody after it. */
    boolean readSince(int partition, String by, long nanos) {
        return tracks.get(partition).readSince(by, nanos);
    }
}
