package io.kontiki.partition;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Threads for one kind of work on logs, each directory its own: a disk that hangs, or has much to do, holds up none of the
 * others. Tasks of a directory begin in the order in which they came. Any thread.
 */
final class DirThreads implements AutoCloseable {
    private static final long END_SECONDS = 10;

    /** In the order of the directories. */
    private final Map<LogDir, ScheduledExecutorService> threads = new LinkedHashMap<>();

    private final Threads system;

    /** @param perDir tasks of one directory that run at once, at least 1 */
    DirThreads(List<LogDir> dirs, String name, int perDir, Threads system) {
        this.system = system;
        dirs.forEach(dir -> threads.put(dir, system.pool(dir, name, perDir)));
    }

    /** Runs it as soon as a thread is free; after the end it is dropped. */
    void execute(LogDir dir, Runnable task) {
        threads.get(dir).execute(() -> safely(dir, task));
    }

    void schedule(LogDir dir, Duration delay, Runnable task) {
        threads.get(dir).schedule(() -> safely(dir, task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs it for each directory again and again, for the first time after the interval. */
    void every(Duration interval, DirTask task) {
        threads.forEach((dir, own) -> own.scheduleWithFixedDelay(
                () -> safely(dir, () -> task.run(dir)), interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** Work on a directory. */
    interface DirTask {
        void run(LogDir dir);
    }

    private void safely(LogDir dir, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            // Else nobody would hear of it, and what is periodic would never run again.
            system.onDefect("Work on " + dir, e);
        }
    }

    /**
     * Ends what is under way, without an interrupt, which would close files under their other users; but waits for no
     * directory that is offline, as that may hang.
     */
    @Override
    public void close() {
        threads.values().forEach(ExecutorService::shutdown);
        threads.forEach((dir, own) -> {
            if (!dir.isOffline()) {
                await(own);
            }
        });
    }

    private static void await(ExecutorService own) {
        try {
            own.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
