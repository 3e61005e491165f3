package io.kontiki.benchmark.versus.load;

import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import java.time.Duration;

/** Kontiki's consumer in a group. */
final class KontikiGroupSource implements GroupSource {
    private final Consumer consumer;

    KontikiGroupSource(Consumer consumer) {
        this.consumer = consumer;
    }

    @Override
    public void poll(Duration wait, Visitor visitor) {
        for (ConsumerRecord record : consumer.poll(wait)) {
            visitor.onRecord(record.partition(), record.offset(), record.value().orElseThrow());
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
