package io.kontiki.partition;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Readers that wait for records to become readable. Any thread. */
final class ReadWaiters {
    private record Waiter(long offset, Runnable wake) {}

    private final Map<Object, Waiter> waiters = new ConcurrentHashMap<>();

    /** @return takes the waiter back; may be run more than once */
    Runnable add(long offset, Runnable wake) {
        Object key = new Object();
        waiters.put(key, new Waiter(offset, wake));
        return () -> waiters.remove(key);
    }

    /** Wakes those who wait for an offset below {@code highWatermark}, each once. */
    void wakeBelow(long highWatermark) {
        if (waiters.isEmpty()) {
            return;
        }
        waiters.forEach((key, waiter) -> {
            if (waiter.offset() < highWatermark && waiters.remove(key) != null) {
                waiter.wake().run();
            }
        });
    }

    /** Wakes everybody: the partition cannot serve them any more. */
    void wakeAll() {
        wakeBelow(Long.MAX_VALUE);
    }
}
