package io.kontiki.cleanup;

import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a topic from the beginning to the end as it is now. */
final class WholeTopic {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private WholeTopic() {}

    static List<StoredRecord> read(String bootstrap, String topic) {
        List<StoredRecord> read = new ArrayList<>();
        try (Consumer consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .startAt(Position.earliest())
                .build()) {
            List<TopicPartition> partitions = consumer.topic(topic).partitions().stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!hasReached(consumer, ends)) {
                consumer.poll(POLL).forEach(found -> read.add(stored(found)));
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("read " + read.size() + " records but not up to " + ends);
                }
            }
        }
        return read;
    }

    private static boolean hasReached(Consumer consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    static StoredRecord stored(ConsumerRecord found) {
        return new StoredRecord(
                found.partition(),
                found.offset(),
                found.timestampMs(),
                found.key().map(WholeTopic::text).orElse(""),
                found.value().map(WholeTopic::text));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
