package io.kontiki.service.quorum;

import io.kontiki.replication.Lease;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Leases that the controller gave by the metadata that it knows, and that count once this broker knows as much: else it
 * might lead on where it was deposed (rule L16).
 */
final class LeaseGrants {
    private static final int WAITING_MAX = 64;

    private record Grant(Lease lease, long imageIndex) {}

    private final Deque<Grant> waiting = new ArrayDeque<>();

    /** @param imageIndex up to which the broker must have applied the metadata log */
    void add(Lease lease, long imageIndex) {
        if (waiting.size() == WAITING_MAX) {
            waiting.remove();
        }
        waiting.add(new Grant(lease, imageIndex));
    }

    /** The lease that counts at that index; grants are taken in the order in which they were given. */
    Lease take(long appliedIndex, Lease present) {
        Lease lease = present;
        while (!waiting.isEmpty() && waiting.peek().imageIndex <= appliedIndex) {
            lease = lease.orLater(waiting.remove().lease);
        }
        return lease;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Index for which the next one waits. */
    long nextIndex() {
        return waiting.element().imageIndex;
    }
}
