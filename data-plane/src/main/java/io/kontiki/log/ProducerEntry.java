package io.kontiki.log;

import io.kontiki.record.Sequences;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/** One producer id under one producer epoch: its last batches, oldest first. Belongs to the log's writer thread. */
final class ProducerEntry {
    /**
     * A batch that was appended; all bounds are inclusive.
     *
     * @param baseSequence sequence of the first record
     * @param lastSequence sequence of the last record
     * @param baseOffset offset of the first record
     * @param lastOffset offset of the last record
     */
    record Appended(int baseSequence, int lastSequence, long baseOffset, long lastOffset) {}

    /** Sequences less than half the circle behind another count as older. */
    private static final int HALF_CIRCLE = 1 << 30;

    private final short epoch;
    private final Deque<Appended> window = new ArrayDeque<>(ProducerState.WINDOW);

    ProducerEntry(short epoch) {
        this.epoch = epoch;
    }

    short epoch() {
        return epoch;
    }

    Collection<Appended> window() {
        return window;
    }

    void add(int baseSequence, int lastSequence, long baseOffset, long lastOffset) {
        if (window.size() == ProducerState.WINDOW) {
            window.removeFirst();
        }
        window.addLast(new Appended(baseSequence, lastSequence, baseOffset, lastOffset));
    }

    ProducerCheck check(int baseSequence, int lastSequence) {
        for (Appended batch : window) {
            if (batch.baseSequence == baseSequence && batch.lastSequence == lastSequence) {
                return new ProducerCheck.Duplicate(batch.baseOffset, batch.lastOffset);
            }
        }
        int expected = window.isEmpty() ? 0 : Sequences.plus(window.getLast().lastSequence, 1);
        if (baseSequence == expected) {
            return new ProducerCheck.New();
        }
        // A window with room left holds every batch of the epoch, so nothing can be older than it.
        if (window.size() == ProducerState.WINDOW) {
            int oldest = window.getFirst().baseSequence;
            int behind = Sequences.distance(lastSequence, oldest);
            if (behind > 0 && behind < HALF_CIRCLE) {
                return new ProducerCheck.TooOld(oldest, baseSequence);
            }
        }
        return new ProducerCheck.OutOfOrder(expected, baseSequence);
    }
}
