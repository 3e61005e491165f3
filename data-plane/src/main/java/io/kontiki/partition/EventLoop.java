package io.kontiki.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single writer of its partitions: runs their events one after another on one thread.
 *
 * <p>Two ways in. {@link #offer} is for work that a remote caller starts; it refuses when {@code limit} events wait, so
 * that an overload turns into an error and not into memory. {@link #execute} is for what follows from work already
 * accepted (a flush that ended, an answer of the quorum), of which each partition has a bounded number under way.
 */
public final class EventLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final int DRAIN_MAX = 256;

    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final int limit;
    private final long tickNanos;
    private final LongSupplier nanoTime;
    private final List<LongConsumer> tickers = new ArrayList<>();
    private final BiConsumer<EventLoop, Throwable> faults;
    private final Thread thread;
    private volatile boolean running = true;
    /** Written by the loop alone. */
    private volatile long eventsEnded;

    /**
     * @param limit most events that may wait before {@link #offer} refuses, at least 1
     * @param tickNanos time between two ticks
     * @param faults told of an event that threw, which is a defect; the loop goes on with the next event
     */
    public EventLoop(
            String name, int limit, long tickNanos, LongSupplier nanoTime, BiConsumer<EventLoop, Throwable> faults) {
        this.limit = limit;
        this.tickNanos = tickNanos;
        this.nanoTime = nanoTime;
        this.faults = faults;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** Any thread. Returns false, without running it, if too much waits already or the loop is closed. */
    public boolean offer(Runnable event) {
        return running && queue.size() < limit && queue.add(event);
    }

    /** Whether it has come to its end, and waits for nothing any more. */
    boolean hasEnded() {
        return !thread.isAlive();
    }

    /** Any thread. Runs the event after those that wait; once the loop is closed it is dropped. */
    public void execute(Runnable event) {
        if (running) {
            queue.add(event);
        }
    }

    String name() {
        return thread.getName();
    }

    /** How many events and ticks have come to their end: rises at each tick at the latest, unless the loop is stuck. */
    long eventsEnded() {
        return eventsEnded;
    }

    /** On the loop only: calls {@code ticker} with the time at each tick, until {@link #removeTicker}. */
    void addTicker(LongConsumer ticker) {
        tickers.add(ticker);
    }

    /** On the loop only. */
    void removeTicker(LongConsumer ticker) {
        tickers.remove(ticker);
    }

    private void run() {
        List<Runnable> drained = new ArrayList<>(DRAIN_MAX);
        long nextTick = nanoTime.getAsLong() + tickNanos;
        while (running || !queue.isEmpty()) {
            drain(drained, nextTick);
            drained.forEach(this::runSafely);
            drained.clear();
            long now = nanoTime.getAsLong();
            if (now - nextTick >= 0) {
                for (LongConsumer ticker : List.copyOf(tickers)) {
                    runSafely(() -> ticker.accept(now));
                }
                nextTick = now + tickNanos;
                eventsEnded++;
            }
        }
    }

    private void drain(List<Runnable> drained, long nextTick) {
        try {
            Runnable first = queue.poll(Math.max(0, nextTick - nanoTime.getAsLong()), TimeUnit.NANOSECONDS);
            if (first != null) {
                drained.add(first);
                queue.drainTo(drained, DRAIN_MAX - 1);
            }
        } catch (InterruptedException e) {
            running = false;
        }
    }

    private void runSafely(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException | Error e) {
            LOG.error("An event of {} failed", thread.getName(), e);
            faults.accept(this, e);
        }
        eventsEnded++;
    }

    /** Runs what waits, then ends the thread. Not to be called on the loop. */
    @Override
    public void close() {
        running = false;
        queue.add(() -> {});
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
