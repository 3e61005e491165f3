package io.kontiki.benchmark.group;

import java.util.Optional;

/** Whether the records of a topic come once each and in order. Thread-safe. */
final class SequenceCheck {
    private final long[] next;
    private long count;
    private String fault;

    SequenceCheck(int partitions) {
        this.next = new long[partitions];
    }

    /** A record came; the first of each partition has offset 0. */
    synchronized void read(int partition, long offset) {
        if (offset != next[partition] && fault == null) {
            fault = "partition " + partition + " gave offset " + offset + " instead of " + next[partition];
        }
        next[partition] = offset + 1;
        count++;
    }

    /** How many records came. */
    synchronized long count() {
        return count;
    }

    /** The first record that came twice, too late, or after one that is missing. */
    synchronized Optional<String> fault() {
        return Optional.ofNullable(fault);
    }
}
