package io.kontiki.benchmark.versus.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Times at a steady rate, whenever they are waited for: who is late catches up. Thread-safe. */
final class Pace {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long startNanos = System.nanoTime();
    private final double intervalNanos;

    Pace(int perSecond) {
        this.intervalNanos = NANOS_PER_SECOND / perSecond;
    }

    /** Waits for the time of number n; returns it, in the terms of {@link System#nanoTime}. */
    long await(long number) {
        long due = startNanos + (long) (number * intervalNanos);
        for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
            LockSupport.parkNanos(early);
        }
        return due;
    }
}
