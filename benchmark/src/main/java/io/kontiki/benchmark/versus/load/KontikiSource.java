package io.kontiki.benchmark.versus.load;

import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import java.time.Duration;

/** Kontiki's consumer. */
final class KontikiSource implements RecordSource {
    private final Consumer consumer;

    KontikiSource(Consumer consumer) {
        this.consumer = consumer;
    }

    @Override
    public void poll(Duration wait, java.util.function.Consumer<byte[]> visitor) {
        for (ConsumerRecord record : consumer.poll(wait)) {
            visitor.accept(record.value().orElseThrow());
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
