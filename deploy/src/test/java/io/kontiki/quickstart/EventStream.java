package io.kontiki.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.RecordMetadata;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Sends events as the examples do, to all partitions in turn, each once the one before is acknowledged, until it is closed. */
final class EventStream implements AutoCloseable {
    private final Producer producer;
    private final String topic;
    private final int partitions;
    private final List<RecordMetadata> acked = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> sending;
    private volatile boolean stopped;

    EventStream(String bootstrap, String topic, int partitions) {
        this.topic = topic;
        this.partitions = partitions;
        producer = Producer.builder().bootstrapServers(bootstrap).build();
        sending = CompletableFuture.runAsync(this::send, task -> new Thread(task, "event-stream").start());
    }

    private void send() {
        for (int number = 0; !stopped; number++) {
            String user = "user-" + number % 10;
            String event = String.format(Locale.ROOT, "{\"user\":\"%s\",\"number\":%d}", user, number);
            ProducerRecord record = ProducerRecord.to(topic)
                    .partition(number % partitions)
                    .value(event.getBytes(UTF_8))
                    .build();
            acked.add(producer.send(record).join());
        }
    }

    /** Partition and offset of all that is acknowledged by now. */
    Set<String> acked() {
        return acked.stream()
                .map(record -> record.partition() + " " + record.offset().orElseThrow())
                .collect(Collectors.toSet());
    }

    /** Stops, and fails if an event was not stored. */
    void stop() {
        stopped = true;
        sending.join();
    }

    @Override
    public void close() {
        stopped = true;
        sending.exceptionally(failure -> null).join();
        producer.close();
    }
}
