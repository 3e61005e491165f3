package io.kontiki.cleanup;

import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.RecordMetadata;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * An endless load of keyed records on a thread of its own, until it is closed. The keys in use move on slowly, so that
 * some are left behind for good, with a value or deleted.
 */
final class KeyedLoad implements AutoCloseable {
    /** Longer than brokers take to start on a machine with much else to do. */
    private static final Duration DELIVERY_TIMEOUT = Duration.ofMinutes(3);

    private static final int PENDING_MAX = 100;
    private static final int KEYS_IN_USE = 200;
    private static final int RECORDS_PER_NEW_KEY = 50;
    private static final double TOMBSTONES = 0.1;
    private static final int VALUE_CHARS = 200;

    private final Producer producer;
    private final String topic;
    private final SplittableRandom random;
    private final Semaphore room = new Semaphore(PENDING_MAX);
    private final long firstTimestampMs = System.currentTimeMillis();
    private final SentRecords sent = new SentRecords();
    private final CompletableFuture<Void> sending;
    private volatile Throwable failure;
    private volatile boolean stopped;

    KeyedLoad(String bootstrap, String topic, long seed) {
        this.topic = topic;
        random = new SplittableRandom(seed);
        producer = Producer.builder()
                .bootstrapServers(bootstrap)
                .deliveryTimeout(DELIVERY_TIMEOUT)
                .build();
        sending = CompletableFuture.runAsync(this::send, task -> new Thread(task, "keyed-load").start());
    }

    private void send() {
        try {
            for (int index = 0; !stopped && failure == null; index++) {
                if (!room.tryAcquire(2 * DELIVERY_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("no answer within twice the delivery time-out");
                }
                send(index);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void send(int index) {
        String key = "key-" + (index / RECORDS_PER_NEW_KEY + random.nextInt(KEYS_IN_USE));
        long timestampMs = firstTimestampMs + index;
        Optional<String> value = random.nextDouble() < TOMBSTONES
                ? Optional.empty()
                : Optional.of("value " + index + " ".repeat(VALUE_CHARS));
        ProducerRecord.Builder next = ProducerRecord.to(topic).key(bytes(key)).timestampMs(timestampMs);
        value.ifPresent(text -> next.value(bytes(text)));
        producer.send(next.build())
                .thenAccept(stored -> sent.onAck(stored(stored, timestampMs, key, value)))
                .whenComplete((nothing, error) -> {
                    if (error != null) {
                        failure = error;
                    }
                    room.release();
                });
    }

    private static StoredRecord stored(RecordMetadata stored, long timestampMs, String key, Optional<String> value) {
        return new StoredRecord(stored.partition(), stored.offset().orElseThrow(), timestampMs, key, value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What was acknowledged so far. */
    SentRecords sent() {
        return sent;
    }

    /** Why a record was not acknowledged. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Stops sending and waits for the last answers. */
    @Override
    public void close() {
        stopped = true;
        sending.join();
        producer.flush();
        producer.close();
    }
}
