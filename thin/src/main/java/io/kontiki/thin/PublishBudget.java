package io.kontiki.thin;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How many bytes of published records may wait for their acknowledgement, all calls of this broker together: many
 * publishers and a partition without a leader cost no more than this. A stream asks for its next message only while there
 * is room; what had been asked for before, and unary calls, are refused when there is none. Thread-safe.
 */
final class PublishBudget {
    private final long bytes;
    /** Below 0 by one request for each thread that takes one in. Guarded by this. */
    private long available;
    /** Guarded by this. */
    private final Set<Runnable> waiting = new LinkedHashSet<>();

    /** @param bytes at least 1 */
    PublishBudget(long bytes) {
        this.bytes = bytes;
        this.available = bytes;
    }

    /** Books a request as a whole while anything is left; false, and nothing is booked, if nothing is. */
    synchronized boolean take(long wanted) {
        boolean granted = available > 0;
        if (granted) {
            available -= wanted;
        }
        return granted;
    }

    /** Calls those who wait, once half of the budget is free; to be called without any lock held. */
    void giveBack(long taken) {
        List<Runnable> woken;
        synchronized (this) {
            available += taken;
            // Each at the first byte of room would use that up many times over.
            if (available < bytes / 2) {
                return;
            }
            woken = List.copyOf(waiting);
            waiting.clear();
        }
        woken.forEach(Runnable::run);
    }

    /**
     * Whether there is room, and nobody waits for it.
     *
     * @param onRoom called once if not, when half of the budget is free again; on the thread that gives back
     */
    synchronized boolean hasRoom(Runnable onRoom) {
        boolean room = available > 0 && waiting.isEmpty();
        if (!room) {
            waiting.add(onRoom);
        }
        return room;
    }

    synchronized void forget(Runnable onRoom) {
        waiting.remove(onRoom);
    }

    /** What is not taken, in bytes. */
    synchronized long available() {
        return available;
    }
}
