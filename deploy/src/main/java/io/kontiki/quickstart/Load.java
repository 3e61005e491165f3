package io.kontiki.quickstart;

import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.RecordMetadata;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Sends lines and notes in a history what became of them. One thread sends; answers come on threads of the producer.
 */
final class Load implements AutoCloseable {
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(60);

    private final Producer producer;
    private final String topic;
    private final History history;
    private final Semaphore room;

    /** @param pendingMax lines on their way at a time */
    Load(String bootstrap, String topic, History history, int pendingMax) {
        this.topic = topic;
        this.history = history;
        room = new Semaphore(pendingMax);
        producer = Producer.builder()
                .bootstrapServers(bootstrap)
                .clientId("kontiki-quickstart")
                .deliveryTimeout(DELIVERY_TIMEOUT)
                .build();
    }

    /** Sends the line; waits while as many as may be on their way have no answer. */
    void send(Line line) throws InterruptedException {
        if (!room.tryAcquire(2 * DELIVERY_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "no answer within twice the delivery time-out; " + history.pending() + " pending");
        }
        history.onSend(line);
        producer.send(ProducerRecord.to(topic)
                        .key(line.key().getBytes(Line.BYTES))
                        .value(line.value())
                        .header(Line.INDEX_HEADER, line.indexHeader())
                        .build())
                .whenComplete((stored, error) -> onAnswer(line.index(), stored, error));
    }

    private void onAnswer(int index, RecordMetadata stored, Throwable error) {
        if (error == null) {
            history.onAck(index, stored.partition(), stored.offset());
        } else {
            history.onFailure(index, String.valueOf(error.getMessage()));
        }
        room.release();
    }

    /** Waits until every line sent so far is answered. */
    void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close();
    }
}
