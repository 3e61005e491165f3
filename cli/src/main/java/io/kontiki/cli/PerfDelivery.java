package io.kontiki.cli;

import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.KontikiException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads the records of one run on a thread of its own, and measures how long each was under way. Each value begins with
 * the number of the run and the time at which it was due, by the clock of this process; others are passed over.
 *
 * <p>The consumer belongs to that thread from {@link #start} to {@link #stop}.
 */
final class PerfDelivery {
    static final int STAMP_BYTES = 2 * Long.BYTES;

    private static final Duration POLL = Duration.ofMillis(500);

    private final Consumer consumer;
    private final long run;
    private final LatencyHistogram latencies = new LatencyHistogram();
    private final Thread thread = new Thread(this::readAll, "kontiki-perf-consume");
    private volatile boolean stopped;
    private long delivered;
    private boolean ended;
    private Optional<KontikiException> failure = Optional.empty();

    PerfDelivery(Consumer consumer, long run) {
        this.consumer = consumer;
        this.run = run;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Waits until so many records came, at most so long. */
    synchronized void await(long records, long timeoutNanos) {
        long deadlineNanos = System.nanoTime() + timeoutNanos;
        try {
            for (long left = timeoutNanos; delivered < records && !ended && left > 0; ) {
                wait(Math.max(1, left / 1_000_000));
                left = deadlineNanos - System.nanoTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the thread; afterwards the consumer is the caller's again. */
    void stop() {
        stopped = true;
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized long delivered() {
        return delivered;
    }

    LatencyHistogram.Summary latencies() {
        return latencies.summary();
    }

    /** @throws KontikiException if the reading ended for a reason */
    synchronized void requireNoFailure() {
        failure.ifPresent(reason -> {
            throw reason;
        });
    }

    private void readAll() {
        try {
            while (!stopped) {
                consumer.poll(POLL).forEach(this::onRecord);
            }
        } catch (KontikiException e) {
            synchronized (this) {
                failure = Optional.of(e);
            }
        } finally {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }
    }

    private void onRecord(ConsumerRecord record) {
        long now = System.nanoTime();
        byte[] value = record.value().orElse(new byte[0]);
        if (value.length < STAMP_BYTES) {
            return;
        }
        var stamp = ByteBuffer.wrap(value);
        if (stamp.getLong() != run) {
            return;
        }
        latencies.record(now - stamp.getLong());
        synchronized (this) {
            delivered++;
            notifyAll();
        }
    }
}
