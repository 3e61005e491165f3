package io.kontiki.monitoring;

import io.kontiki.client.Consumer;
import io.kontiki.client.KontikiException;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.ResetPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A producer and the only member of a group, each on a thread of its own, until it is closed. */
final class GroupLoad implements AutoCloseable {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int VALUE_BYTES = 1000;
    private static final Duration WAIT = Duration.ofMillis(200);

    private final Producer producer;
    private final Consumer consumer;
    private final CompletableFuture<Void> sending;
    private final CompletableFuture<Void> reading;
    private volatile boolean stopped;

    GroupLoad(String bootstrap, String topic, String group) {
        producer = Producer.builder().bootstrapServers(bootstrap).build();
        consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .group(group)
                .resetPolicy(ResetPolicy.EARLIEST)
                .autoCommitInterval(Duration.ofSeconds(1))
                .build();
        consumer.subscribe(List.of(topic));
        sending = run("group-load-producer", () -> {
            LockSupport.parkNanos(INTERVAL_NANOS);
            producer.send(ProducerRecord.to(topic).value(new byte[VALUE_BYTES]).build());
        });
        reading = run("group-load-consumer", () -> {
            try {
                consumer.poll(WAIT);
            } catch (KontikiException e) {
                // The test sees what it lacks if the group never gets going.
            }
        });
    }

    private CompletableFuture<Void> run(String name, Runnable step) {
        return CompletableFuture.runAsync(
                () -> {
                    while (!stopped) {
                        step.run();
                    }
                },
                task -> new Thread(task, name).start());
    }

    @Override
    public void close() {
        stopped = true;
        sending.join();
        reading.join();
        producer.close();
        consumer.close();
    }
}
