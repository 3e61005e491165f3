package io.kontiki.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event loop with a thread of its own. */
final class LoopThread implements EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(LoopThread.class);
    private static final int DRAIN_MAX = 256;

    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final int limit;
    private final long tickNanos;
    private final LongSupplier nanoTime;
    private final List<LongConsumer> tickers = new ArrayList<>();
    /** A copy, as tickers come and go meanwhile; empty once it is out of date. */
    private Optional<List<LongConsumer>> ticked = Optional.empty();

    private final Threads.Defects defects;
    private final Thread thread;
    private volatile boolean running = true;
    /** Written by the loop alone. */
    private volatile long eventsEnded;

    /** Begins at once; see {@link Threads#loop}. */
    LoopThread(String name, int limit, long tickNanos, LongSupplier nanoTime, Threads.Defects defects) {
        this.limit = limit;
        this.tickNanos = tickNanos;
        this.nanoTime = nanoTime;
        this.defects = defects;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    @Override
    public boolean offer(Runnable event) {
        return running && queue.size() < limit && queue.add(event);
    }

    /** Whether it has come to its end, and waits for nothing any more. */
    boolean hasEnded() {
        return !thread.isAlive();
    }

    @Override
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

    @Override
    public void addTicker(LongConsumer ticker) {
        tickers.add(ticker);
        ticked = Optional.empty();
    }

    @Override
    public void removeTicker(LongConsumer ticker) {
        tickers.remove(ticker);
        ticked = Optional.empty();
    }

    private void run() {
        List<Runnable> drained = new ArrayList<>(DRAIN_MAX);
        long nextTick = nanoTime.getAsLong() + tickNanos;
        while (running || !queue.isEmpty()) {
            awaitEvents(drained, nextTick);
            runAll(drained);
            if (nanoTime.getAsLong() - nextTick >= 0) {
                // Rule E4: after a pause, what time did counts only once it is known what others did meanwhile.
                queue.drainTo(drained);
                runAll(drained);
                long now = nanoTime.getAsLong();
                tickAll(now);
                nextTick = now + tickNanos;
                eventsEnded++;
            }
        }
    }

    private void tickAll(long nowNanos) {
        List<LongConsumer> all = ticked.orElseGet(() -> List.copyOf(tickers));
        ticked = Optional.of(all);
        for (LongConsumer ticker : all) {
            tickSafely(ticker, nowNanos);
        }
    }

    private void runAll(List<Runnable> drained) {
        drained.forEach(this::runSafely);
        drained.clear();
    }

    private void awaitEvents(List<Runnable> drained, long nextTick) {
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
            onDefect(e);
        }
        eventsEnded++;
    }

    /** As {@link #runSafely}, without an object for each of thousands at each tick. */
    private void tickSafely(LongConsumer ticker, long nowNanos) {
        try {
            ticker.accept(nowNanos);
        } catch (RuntimeException | Error e) {
            onDefect(e);
        }
        eventsEnded++;
    }

    private void onDefect(Throwable cause) {
        LOG.error("An event of {} failed", thread.getName(), cause);
        defects.onDefect(this, cause);
    }

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
