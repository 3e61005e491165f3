package io.kontiki.thin;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Runs the tasks of one stream one after the other on shared threads, so that its records keep their order. Bounded by
 * what the stream may have on the way. Thread-safe.
 */
final class TasksInOrder {
    private final Executor threads;
    private final Consumer<Throwable> onDefect;
    /** Guarded by this. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    /** Guarded by this. */
    private boolean running;

    /** @param onDefect told what a task threw; those behind it are run all the same */
    TasksInOrder(Executor threads, Consumer<Throwable> onDefect) {
        this.threads = threads;
        this.onDefect = onDefect;
    }

    /** @throws RejectedExecutionException if the threads are shut down; the task is not run then */
    synchronized void add(Runnable task) {
        tasks.add(task);
        if (!running) {
            start();
        }
    }

    /** Under the lock, so that nothing is added meanwhile behind a task that is not run. */
    private void start() {
        running = true;
        try {
            threads.execute(this::runAll);
        } catch (RejectedExecutionException e) {
            running = false;
            tasks.clear();
            throw e;
        }
    }

    private void runAll() {
        for (var task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException | Error defect) {
                tell(defect);
            }
        }
    }

    /** Telling fails if the call was cancelled; the tasks behind are run all the same. */
    private void tell(Throwable defect) {
        try {
            onDefect.accept(defect);
        } catch (RuntimeException e) {
            defect.addSuppressed(e);
        }
    }

    private synchronized Runnable next() {
        var task = tasks.poll();
        running = task != null;
        return task;
    }
}
