package io.kontiki.benchmark.versus.load;

import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Kafka's producer. */
final class KafkaSink implements RecordSink {
    private final KafkaProducer<byte[], byte[]> producer;

    KafkaSink(KafkaProducer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    @Override
    public void send(String topic, byte[] value, Consumer<Throwable> outcome) {
        send(new ProducerRecord<>(topic, value), outcome);
    }

    @Override
    public void send(String topic, int partition, byte[] value, Consumer<Throwable> outcome) {
        send(new ProducerRecord<>(topic, partition, null, value), outcome);
    }

    private void send(ProducerRecord<byte[], byte[]> record, Consumer<Throwable> outcome) {
        producer.send(record, (written, failure) -> outcome.accept(failure));
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close();
    }
}
