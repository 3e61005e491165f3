package io.kontiki.benchmark.group;

import java.util.Optional;

/**
 * Whether the records of a topic come in the order of their offsets. As batches of the brokers take offsets, too, a missing one
 * shows in the count alone. Thread-safe.
 */
final class SequenceCheck {
    /** The lowest offset that may come, by partition. */
    private final long[] next;

    private long count;
    private String fault;

    SequenceCheck(int partitions) {
        this.next = new long[partitions];
    }

    /** A record came. */
    synchronized void read(int partition, long offset) {
        if (offset < next[partition] && fault == null) {
            fault = "partition " + partition + " gave offset " + offset + " after " + (next[partition] - 1);
        }
        next[partition] = offset + 1;
        count++;
    }

    /** How many records came. */
    synchronized long count() {
        return count;
    }

    /** The first record that came twice or too late. */
    synchronized Optional<String> fault() {
        return Optional.ofNullable(fault);
    }
}
