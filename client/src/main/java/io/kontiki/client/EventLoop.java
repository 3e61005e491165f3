package io.kontiki.client;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * One thread that runs posted tasks in order and after each round of them a step. Any thread may post. The queue has no
 * bound of its own: each task belongs to a request in flight, a stream or a change of metadata, which are bounded.
 */
final class EventLoop {
    private static final System.Logger LOG = System.getLogger(EventLoop.class.getName());

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final AtomicBoolean wakePosted = new AtomicBoolean();
    private final LongSupplier step;
    private final Runnable atEnd;
    private final Thread thread;
    private volatile boolean stopped;

    /**
     * @param step does what can be done now, returns for how many nanoseconds nothing is left to do
     * @param atEnd runs last, on the loop's thread
     */
    EventLoop(String name, LongSupplier step, Runnable atEnd) {
        this.step = step;
        this.atEnd = atEnd;
        this.thread = Threads.daemon(name, this::run);
    }

    void start() {
        thread.start();
    }

    void post(Runnable task) {
        tasks.add(task);
    }

    /** Makes the loop take another step soon. Cheap to call often. */
    void wake() {
        if (wakePosted.compareAndSet(false, true)) {
            tasks.add(() -> wakePosted.set(false));
        }
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Ends the loop; waits for that unless called from the loop itself. */
    void stop() {
        stopped = true;
        wake();
        if (isCurrentThread()) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long waitNanos = 0;
        while (!stopped) {
            try {
                runTasks(waitNanos);
                waitNanos = step.getAsLong();
            } catch (RuntimeException e) {
                // A defect of ours in one step must not silence all partitions for good.
                LOG.log(System.Logger.Level.ERROR, "unexpected failure, going on", e);
                waitNanos = TimeUnit.MILLISECONDS.toNanos(100);
            }
        }
        atEnd.run();
    }

    private void runTasks(long waitNanos) {
        try {
            var first = tasks.poll(Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
            for (var task = first; task != null; task = tasks.poll()) {
                task.run();
            }
        } catch (InterruptedException e) {
            // Nobody but stop() ends the loop.
            Thread.interrupted();
        }
    }
}
