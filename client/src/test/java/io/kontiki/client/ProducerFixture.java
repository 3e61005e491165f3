package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A cluster that pretends and at most one producer on it. */
final class ProducerFixture implements AutoCloseable {
    final FakeCluster cluster;
    private Producer producer;

    ProducerFixture(int brokers, int partitions) {
        cluster = new FakeCluster(brokers, partitions);
    }

    Producer.Builder settings() {
        return Producer.builder()
                .bootstrapServers(cluster.bootstrap())
                .transport(cluster)
                .linger(Duration.ZERO);
    }

    Producer start(Producer.Builder settings) {
        assertThat(producer).isNull();
        producer = settings.build();
        return producer;
    }

    /** Sends to partition 0. */
    CompletableFuture<RecordMetadata> send(String value) {
        return producer.send(ProducerRecord.to(FakeCluster.TOPIC)
                .partition(0)
                .value(value.getBytes(StandardCharsets.UTF_8))
                .build());
    }

    static RecordMetadata get(CompletableFuture<RecordMetadata> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    static KontikiException failure(CompletableFuture<RecordMetadata> future) {
        try {
            throw new AssertionError("no failure but " + future.get(60, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return (KontikiException) e.getCause();
        } catch (TimeoutException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
        cluster.close();
    }
}
