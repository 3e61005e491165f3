package io.kontiki.simulation;

import io.kontiki.partition.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;

/** An event loop of a simulated broker: what waits runs a moment later, each event checked. */
final class VirtualLoop implements EventLoop {
    private static final long SOON_NANOS = 50_000;
    private static final long LATE_NANOS = 10 * Scheduler.MILLI;

    private final SimBroker broker;
    private final Scheduler scheduler;
    private final int limit;
    private final long tickNanos;
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private final List<LongConsumer> tickers = new ArrayList<>();
    private boolean awake;
    private boolean closed;

    VirtualLoop(SimBroker broker, Scheduler scheduler, int limit, long tickNanos) {
        this.broker = broker;
        this.scheduler = scheduler;
        this.limit = limit;
        this.tickNanos = tickNanos;
        scheduler.after(scheduler.draw(0, tickNanos), this::nextTick);
    }

    private void nextTick() {
        if (broker.running() && !closed) {
            broker.executeOnDisk(this::tick);
            scheduler.after(tickNanos, this::nextTick);
        }
    }

    private void tick() {
        long now = scheduler.now();
        List.copyOf(tickers).forEach(ticker -> ticker.accept(now));
        broker.afterEvent();
    }

    @Override
    public boolean offer(Runnable event) {
        if (closed || queue.size() >= limit) {
            return false;
        }
        execute(event);
        return true;
    }

    @Override
    public void execute(Runnable event) {
        if (closed || !broker.running()) {
            return;
        }
        queue.add(event);
        if (!awake) {
            awake = true;
            long most = scheduler.chance(0.01) ? LATE_NANOS : SOON_NANOS;
            scheduler.after(scheduler.draw(0, most), () -> broker.executeOnDisk(this::drain));
        }
    }

    private void drain() {
        awake = false;
        for (int waiting = queue.size(); waiting > 0 && broker.running(); waiting--) {
            queue.remove().run();
            broker.afterEvent();
        }
        if (!queue.isEmpty() && broker.running() && !awake) {
            awake = true;
            scheduler.after(scheduler.draw(0, SOON_NANOS), () -> broker.executeOnDisk(this::drain));
        }
    }

    @Override
    public void addTicker(LongConsumer ticker) {
        tickers.add(ticker);
    }

    @Override
    public void removeTicker(LongConsumer ticker) {
        tickers.remove(ticker);
    }

    @Override
    public void close() {
        while (!queue.isEmpty() && broker.running()) {
            queue.remove().run();
            broker.afterEvent();
        }
        closed = true;
    }
}
