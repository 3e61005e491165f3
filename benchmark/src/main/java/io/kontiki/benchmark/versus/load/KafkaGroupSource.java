package io.kontiki.benchmark.versus.load;

import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Kafka's consumer in a group. */
final class KafkaGroupSource implements GroupSource {
    private final KafkaConsumer<byte[], byte[]> consumer;

    KafkaGroupSource(KafkaConsumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    @Override
    public void poll(Duration wait, Visitor visitor) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
            visitor.onRecord(record.partition(), record.offset(), record.value());
        }
    }

    @Override
    public int owned() {
        return consumer.assignment().size();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
