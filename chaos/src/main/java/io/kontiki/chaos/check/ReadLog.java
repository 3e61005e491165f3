package io.kontiki.chaos.check;

import io.kontiki.chaos.history.Operation.Seen;
import java.util.Arrays;
import java.util.Optional;

/** The records of one partition that readers saw, by offset. */
final class ReadLog {
    private static final int NOTHING = -2;

    private int[] producers = new int[0];
    private long[] sequences = new long[0];

    /** Notes a record; returns the one that another reader saw last at this offset, if it was another one. */
    Optional<Seen> add(Seen seen) {
        int index = Math.toIntExact(seen.offset());
        if (index >= producers.length) {
            int size = producers.length;
            int capacity = Math.max(index + 1, Math.max(64, 2 * size));
            producers = Arrays.copyOf(producers, capacity);
            sequences = Arrays.copyOf(sequences, capacity);
            Arrays.fill(producers, size, capacity, NOTHING);
        }
        Optional<Seen> other = at(seen.offset()).filter(before -> !before.equals(seen));
        producers[index] = seen.producer();
        sequences[index] = seen.sequence();
        return other;
    }

    /** Nobody saw anything from this offset on. */
    void forget(long from) {
        if (from < producers.length) {
            Arrays.fill(producers, (int) from, producers.length, NOTHING);
        }
    }

    /** The record at this offset, if somebody saw one. */
    Optional<Seen> at(long offset) {
        return offset < producers.length && producers[(int) offset] != NOTHING
                ? Optional.of(new Seen(offset, producers[(int) offset], sequences[(int) offset]))
                : Optional.empty();
    }

    /** No offset from here on was seen. */
    long end() {
        return producers.length;
    }
}
