package io.kontiki.quickstart;

import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads all partitions of a topic on a thread of its own, until it is closed, and notes the first thing that goes wrong. */
final class BackgroundReader implements AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(200);

    private final Consumer consumer;
    private final Map<Integer, Long> next = new HashMap<>();
    private final CompletableFuture<Void> reading;
    private volatile String failure;
    private volatile boolean stopped;

    BackgroundReader(String bootstrap, String topic) {
        consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .startAt(Position.earliest())
                .build();
        consumer.assign(consumer.topic(topic).partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList());
        reading = CompletableFuture.runAsync(this::read, task -> new Thread(task, "background-reader").start());
    }

    private void read() {
        while (!stopped && failure == null) {
            try {
                consumer.poll(WAIT).forEach(this::check);
            } catch (RuntimeException e) {
                failure = String.valueOf(e);
            }
        }
    }

    /** Offsets may be left out, for control batches, but neither repeated nor go back. */
    private void check(ConsumerRecord record) {
        long expected = next.getOrDefault(record.partition(), 0L);
        if (record.offset() < expected) {
            failure =
                    "partition " + record.partition() + " gave offset " + record.offset() + " after " + (expected - 1);
        }
        next.put(record.partition(), record.offset() + 1);
    }

    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void close() {
        stopped = true;
        reading.join();
        consumer.close();
    }
}
