package io.kontiki.log;

import io.kontiki.record.Sequences;
import java.util.List;

/**
 * One producer id under one producer epoch. Immutable, so that a snapshot of all can be written beside the appends.
 *
 * @param window its last batches, oldest first, at most {@value ProducerState#WINDOW}
 */
record ProducerEntry(short epoch, List<Appended> window) {
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

    ProducerEntry {
        window = List.copyOf(window);
    }

    /** Of a producer that has appended nothing under its epoch. */
    ProducerEntry(short epoch) {
        this(epoch, List.of());
    }

    /** This one after one more append. */
    ProducerEntry with(Appended batch) {
        Appended[] batches = new Appended[Math.min(window.size() + 1, ProducerState.WINDOW)];
        int kept = batches.length - 1;
        for (int i = 0; i < kept; i++) {
            batches[i] = window.get(window.size() - kept + i);
        }
        batches[kept] = batch;
        return new ProducerEntry(epoch, List.of(batches));
    }

    ProducerCheck check(int baseSequence, int lastSequence) {
        for (Appended batch : window) {
            if (batch.baseSequence == baseSequence && batch.lastSequence == lastSequence) {
                return new ProducerCheck.Duplicate(batch.baseOffset, batch.lastOffset);
            }
        }
        int expected = window.isEmpty() ? 0 : Sequences.plus(window.get(window.size() - 1).lastSequence, 1);
        if (baseSequence == expected) {
            return new ProducerCheck.New();
        }
        // A window with room left holds every batch of the epoch, so nothing can be older than it.
        if (window.size() == ProducerState.WINDOW) {
            int oldest = window.get(0).baseSequence;
            int behind = Sequences.distance(lastSequence, oldest);
            if (behind > 0 && behind < HALF_CIRCLE) {
                return new ProducerCheck.TooOld(oldest, baseSequence);
            }
        }
        return new ProducerCheck.OutOfOrder(expected, baseSequence);
    }
}
