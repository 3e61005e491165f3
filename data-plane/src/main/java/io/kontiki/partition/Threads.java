package io.kontiki.partition;

import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What a broker's partitions run on, and the clocks that they go by: the system's, or those of a simulation, which runs
 * all of it on one thread in virtual time.
 */
public interface Threads {
    /** Those of the system. */
    static Threads system() {
        return SystemThreads.INSTANCE;
    }

    /** A monotonic clock; only differences mean something. */
    long nanoTime();

    /** Gives time stamps. */
    InstantSource clock();

    /**
     * Begins a loop.
     *
     * @param limit most events that may wait before {@link EventLoop#offer} refuses, at least 1
     * @param tickNanos time between two ticks
     * @param defects told of an event that threw; the loop goes on with the next event
     */
    EventLoop loop(String name, int limit, long tickNanos, Defects defects);

    /**
     * Runs tasks in the order in which they come, {@code size} at a time. Once it is shut down, what is due
     * later is dropped, and so is what comes later.
     */
    ScheduledExecutorService pool(String name, int size);

    /** The same for work on one directory: if its disk hangs, nobody else waits for it. */
    ScheduledExecutorService pool(LogDir dir, String name, int size);

    /** Told of work that failed in a way that was not foreseen. */
    void onDefect(String work, Throwable defect);

    /** Hears of exceptions that nobody foresaw. */
    interface Defects {
        void onDefect(EventLoop loop, Throwable defect);
    }
}
