package io.kontiki.benchmark.versus.load;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Kafka's consumer. */
final class KafkaSource implements RecordSource {
    private final KafkaConsumer<byte[], byte[]> consumer;

    KafkaSource(KafkaConsumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    @Override
    public void poll(Duration wait, Consumer<byte[]> visitor) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
            visitor.accept(record.value());
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
