package io.kontiki.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Threads of a simulated broker: a task takes a drawn time and takes effect at its end, as one step. */
final class VirtualPool extends AbstractExecutorService implements ScheduledExecutorService {
    private static final double SLOW = 0.01;
    private static final long SLOW_FACTOR = 100;

    private final SimBroker broker;
    private final Scheduler scheduler;
    private final int size;
    private final long taskNanosMax;
    private final boolean onDisk;
    /** Those due that did not begin yet. */
    private final Deque<Runnable> waiting = new ArrayDeque<>();

    private long freeAtNanos;
    private boolean shutdown;

    /** @param onDisk whether it waits for a disk that hangs */
    VirtualPool(SimBroker broker, Scheduler scheduler, int size, long taskNanosMax, boolean onDisk) {
        this.broker = broker;
        this.scheduler = scheduler;
        this.size = size;
        this.taskNanosMax = taskNanosMax;
        this.onDisk = onDisk;
    }

    @Override
    public void execute(Runnable task) {
        if (shutdown || !broker.running()) {
            return;
        }
        long at = scheduler.now() + taskNanos();
        if (size == 1) {
            at = Math.max(at, freeAtNanos);
            freeAtNanos = at;
        }
        waiting.add(task);
        scheduler.after(at - scheduler.now(), () -> run(task));
    }

    private long taskNanos() {
        long most = scheduler.chance(SLOW) ? SLOW_FACTOR * taskNanosMax : taskNanosMax;
        return scheduler.draw(0, most);
    }

    private void run(Runnable task) {
        Runnable unlessDone = () -> {
            if (waiting.remove(task)) {
                task.run();
            }
        };
        if (onDisk) {
            broker.executeOnDisk(unlessDone);
        } else {
            broker.execute(unlessDone);
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        scheduler.after(unit.toNanos(delay), () -> execute(task));
        return NeverCancelled.INSTANCE;
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        return schedule(
                () -> {
                    task.run();
                    scheduleWithFixedDelay(task, delay, delay, unit);
                },
                initialDelay,
                unit);
    }

    @Override
    public void shutdown() {
        shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        List<Runnable> dropped = List.copyOf(waiting);
        waiting.clear();
        return dropped;
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown && waiting.isEmpty();
    }

    /** Nothing waits in virtual time: what is due runs now. */
    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        while (!waiting.isEmpty() && broker.running()) {
            waiting.remove().run();
        }
        return true;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("nobody asks for a result");
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("nobody asks for a rate");
    }
}
