package io.kontiki.benchmark.versus.load;

import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import java.util.function.Consumer;

/** Kontiki's producer. */
final class KontikiSink implements RecordSink {
    private final Producer producer;

    KontikiSink(Producer producer) {
        this.producer = producer;
    }

    @Override
    public void send(String topic, byte[] value, Consumer<Throwable> outcome) {
        send(ProducerRecord.of(topic, value), outcome);
    }

    @Override
    public void send(String topic, int partition, byte[] value, Consumer<Throwable> outcome) {
        send(ProducerRecord.to(topic).partition(partition).value(value).build(), outcome);
    }

    private void send(ProducerRecord record, Consumer<Throwable> outcome) {
        producer.send(record).whenComplete((written, failure) -> outcome.accept(failure));
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
