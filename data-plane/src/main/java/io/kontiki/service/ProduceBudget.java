package io.kontiki.service;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How many bytes of requests may be held that wait for their acknowledgement, and of answers that were not read, all
 * producers together: many producers and a follower that hangs cost no more than this. Whoever can wait asks for the next
 * request only while there is room; what had been asked for before, and comes when there is none, is refused. Any thread.
 */
final class ProduceBudget {
    /** What whoever is refused is told. */
    static final String USED_UP = "too many bytes wait on this broker for their acknowledgement";

    private final long bytes;
    /** Below 0 by one request for each thread that takes one in, and by answers that wait. Guarded by this. */
    private long available;
    /** Guarded by this. */
    private final Set<Runnable> waiting = new LinkedHashSet<>();

    /** @param bytes at least 1 */
    ProduceBudget(long bytes) {
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

    /** Books what is there already. */
    synchronized void overdraw(long taken) {
        available -= taken;
    }

    /** Calls, after the booking, those who wait for room. */
    void giveBack(long taken) {
        List<Runnable> woken;
        synchronized (this) {
            available += taken;
            // All at once would use up the first bytes of room many times over.
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

    /** How many wait for room. */
    synchronized int waiting() {
        return waiting.size();
    }

    synchronized void forget(Runnable onRoom) {
        waiting.remove(onRoom);
    }
}
