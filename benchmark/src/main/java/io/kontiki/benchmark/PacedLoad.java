package io.kontiki.benchmark;

import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A producer with acks=all that sends records at a steady rate, whatever becomes of those before, and notes the longest time
 * between two acknowledgements. What it could not send in time it sends as soon as it can.
 */
public final class PacedLoad implements AutoCloseable {
    private final Producer producer;
    private final String topic;
    private final long intervalNanos;
    private final int partitions;
    private final Thread thread = new Thread(this::run, "load");
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong lastAckNanos = new AtomicLong(System.nanoTime());
    private final AtomicLong longestGapNanos = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopped;

    PacedLoad(String bootstrap, String topic, int recordsPerSecond) {
        this(bootstrap, topic, recordsPerSecond, 1);
    }

    /** The records go to so many partitions, from 0 on, in turn: each gets its share at a steady rate. */
    public PacedLoad(String bootstrap, String topic, int recordsPerSecond, int partitions) {
        this.producer = Producer.builder().bootstrapServers(bootstrap).build();
        this.topic = topic;
        this.partitions = partitions;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / recordsPerSecond;
        thread.start();
    }

    private void run() {
        long nextNanos = System.nanoTime();
        for (long i = 0; !stopped; i++) {
            long early = nextNanos - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            nextNanos += intervalNanos;
            producer.send(record(i)).whenComplete((written, cause) -> onAnswer(cause));
        }
    }

    private ProducerRecord record(long number) {
        return ProducerRecord.to(topic)
                .partition((int) (number % partitions))
                .value(Long.toString(number).getBytes(StandardCharsets.UTF_8))
                .build();
    }

    /** Called by one thread of the producer at a time. */
    private void onAnswer(Throwable cause) {
        if (cause != null) {
            failure.compareAndSet(null, cause);
            return;
        }
        long now = System.nanoTime();
        long gap = now - lastAckNanos.getAndSet(now);
        longestGapNanos.accumulateAndGet(gap, Math::max);
        acknowledged.incrementAndGet();
    }

    public long acknowledged() {
        return acknowledged.get();
    }

    /** Forgets the gaps so far. */
    public void startWatch() {
        longestGapNanos.set(0);
    }

    public double longestGapMillis() {
        return longestGapNanos.get() / 1e6;
    }

    /** What the first record that was not acknowledged failed with. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
