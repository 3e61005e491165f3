package io.kontiki.placement;

import io.kontiki.client.Acks;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Sends records of a kilobyte at a steady pace, on a thread of its own, until it is closed. */
final class PacedLoad implements AutoCloseable {
    private static final int VALUE_BYTES = 1000;

    private final Producer producer;
    private final String topic;
    private final long intervalNanos;
    private final AtomicLong acked = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CompletableFuture<Void> sending;
    private volatile boolean stopped;

    PacedLoad(String bootstrap, String topic, int recordsPerSecond) {
        this.topic = topic;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / recordsPerSecond;
        this.producer =
                Producer.builder().bootstrapServers(bootstrap).acks(Acks.ALL).build();
        this.sending = CompletableFuture.runAsync(this::send, task -> new Thread(task, "paced-load").start());
    }

    private void send() {
        for (long next = System.nanoTime(); !stopped; next += intervalNanos) {
            LockSupport.parkNanos(next - System.nanoTime());
            producer.send(ProducerRecord.to(topic).value(new byte[VALUE_BYTES]).build())
                    .whenComplete((stored, error) -> {
                        if (error == null) {
                            acked.incrementAndGet();
                        } else {
                            failure.compareAndSet(null, error);
                        }
                    });
        }
    }

    long acked() {
        return acked.get();
    }

    /** Why the first send failed, if one did. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Waits for the last answers. */
    void stop() {
        stopped = true;
        sending.join();
        producer.flush();
    }

    @Override
    public void close() {
        stop();
        producer.close();
    }
}
