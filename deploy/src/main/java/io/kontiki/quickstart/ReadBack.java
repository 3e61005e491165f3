package io.kontiki.quickstart;

import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Reads a whole topic, from the first record to the end as it is now. */
final class ReadBack {
    private static final Duration POLL = Duration.ofMillis(200);

    /** A reader that gets nothing for so long will get nothing; what is missing is then told as lost. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private ReadBack() {}

    /** Compares the topic with the history. */
    static Verdict check(String bootstrap, String topic, History history) {
        Checker checker = new Checker(history);
        try (Consumer consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .clientId("kontiki-quickstart")
                .startAt(Position.earliest())
                .build()) {
            List<TopicPartition> partitions = consumer.topic(topic).partitions().stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long lastProgress = System.nanoTime();
            while (!reached(consumer, ends) && System.nanoTime() - lastProgress < PATIENCE.toNanos()) {
                List<ConsumerRecord> records = consumer.poll(POLL);
                if (!records.isEmpty()) {
                    lastProgress = System.nanoTime();
                }
                records.forEach(consumed -> checker.onRecord(received(consumed)));
            }
        }
        return checker.verdict();
    }

    private static boolean reached(Consumer consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static Received received(ConsumerRecord consumed) {
        return new Received(
                consumed.partition(),
                consumed.offset(),
                index(consumed),
                consumed.key().map(ReadBack::text).orElse(""),
                consumed.value().map(ReadBack::text).orElse(""));
    }

    private static int index(ConsumerRecord consumed) {
        try {
            return consumed.headers().stream()
                    .filter(header -> header.key().equals(Line.INDEX_HEADER))
                    .findFirst()
                    .flatMap(header -> header.value())
                    .map(value -> Integer.parseInt(text(value)))
                    .orElse(-1);
        } catch (NumberFormatException altered) {
            return -1;
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, Line.BYTES);
    }
}
