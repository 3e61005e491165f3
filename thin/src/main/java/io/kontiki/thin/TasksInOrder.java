package io.kontiki.thin;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs the tasks of one stream one after the other on shared threads, so that its records keep their order. Bounded by
 * what the stream may have on the way. Thread-safe.
 */
final class TasksInOrder {
    private final Executor threads;
    /** Guarded by this. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    /** Guarded by this. */
    private boolean running;

    TasksInOrder(Executor threads) {
        this.threads = threads;
    }

    /** @throws RejectedExecutionException if the threads are shut down */
    void add(Runnable task) {
        synchronized (this) {
            tasks.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        threads.execute(this::runAll);
    }

    private void runAll() {
        for (var task = next(); task != null; task = next()) {
            task.run();
        }
    }

    private synchronized Runnable next() {
        var task = tasks.poll();
        running = task != null;
        return task;
    }
}
