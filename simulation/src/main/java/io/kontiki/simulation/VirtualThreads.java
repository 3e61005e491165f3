package io.kontiki.simulation;

import io.kontiki.partition.EventLoop;
import io.kontiki.partition.LogDir;
import io.kontiki.partition.Threads;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/** What one run of a broker runs on, in virtual time. */
final class VirtualThreads implements Threads {
    private static final long DISK_NANOS_MAX = 4 * Scheduler.MILLI;
    private static final long TASK_NANOS_MAX = Scheduler.MILLI;

    private final SimBroker broker;
    private final Scheduler scheduler;
    private final LongSupplier millis;
    private final long loopTickNanos;

    /** @param loopTickNanos how often loops tick, whatever they ask for */
    VirtualThreads(SimBroker broker, Scheduler scheduler, LongSupplier millis, long loopTickNanos) {
        this.broker = broker;
        this.scheduler = scheduler;
        this.millis = millis;
        this.loopTickNanos = loopTickNanos;
    }

    @Override
    public long nanoTime() {
        return scheduler.now();
    }

    @Override
    public InstantSource clock() {
        return new InstantSource() {
            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(millis());
            }

            @Override
            public long millis() {
                return millis.getAsLong();
            }
        };
    }

    @Override
    public EventLoop loop(String name, int limit, long tickNanos, Defects defects) {
        return new VirtualLoop(broker, scheduler, limit, loopTickNanos);
    }

    @Override
    public ScheduledExecutorService pool(String name, int size) {
        return new VirtualPool(broker, scheduler, size, TASK_NANOS_MAX, false);
    }

    @Override
    public ScheduledExecutorService pool(LogDir dir, String name, int size) {
        return new VirtualPool(broker, scheduler, size, DISK_NANOS_MAX, true);
    }

    /** What a process does whose machine has lost its power is of no account. */
    @Override
    public void onDefect(String work, Throwable defect) {
        broker.defect(work, defect);
    }
}
