package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Consumers of one group against a {@link FakeCluster}; closed after each test. */
@Timeout(60)
abstract class GroupFixture {
    static final TopicPartition P0 = new TopicPartition(FakeCluster.TOPIC, 0);
    static final TopicPartition P1 = new TopicPartition(FakeCluster.TOPIC, 1);
    static final Duration SHORT = Duration.ofMillis(20);

    final FakeCluster cluster = new FakeCluster(3, 2);
    final FakeGroups groups = cluster.groups();
    private final List<Consumer> consumers = new ArrayList<>();
    final Recording listener = new Recording();

    /** Writes down what it is told. */
    static final class Recording implements RebalanceListener {
        final List<String> told = new ArrayList<>();

        @Override
        public void onAssigned(Set<TopicPartition> partitions) {
            told.add("assigned " + partitions);
        }

        @Override
        public void onRevoked(Set<TopicPartition> partitions) {
            told.add("revoked " + partitions);
        }

        @Override
        public void onLost(Set<TopicPartition> partitions) {
            told.add("lost " + partitions);
        }
    }

    @AfterEach
    void close() {
        consumers.forEach(consumer -> consumer.close(Duration.ofMillis(200)));
        cluster.close();
    }

    Consumer.Builder settings() {
        return Consumer.builder()
                .bootstrapServers(cluster.bootstrap())
                .transport(cluster)
                .group("g")
                .resetPolicy(ResetPolicy.EARLIEST);
    }

    Consumer start(Consumer.Builder settings) {
        var consumer = settings.build();
        consumers.add(consumer);
        return consumer;
    }

    Consumer subscribed(Consumer.Builder settings) {
        var consumer = start(settings);
        consumer.subscribe(List.of(FakeCluster.TOPIC), listener);
        return consumer;
    }

    static ByteBuffer batch(String... values) {
        var builder = new RecordBatchBuilder(1 << 16);
        for (var value : values) {
            builder.add(7, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        }
        return builder.build();
    }

    static List<String> read(Consumer consumer, int count) {
        var values = new ArrayList<String>();
        while (values.size() < count) {
            consumer.poll(SHORT)
                    .forEach(record -> values.add(new String(record.value().orElseThrow(), StandardCharsets.UTF_8)));
        }
        return values;
    }

    /** Polls until it is so; nothing is to be read meanwhile. */
    static void pollUntil(Consumer consumer, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertThat(consumer.poll(SHORT)).isEmpty();
        }
    }

    /** Polls for so long; nothing is to be read meanwhile. */
    static void pollFor(Consumer consumer, Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        pollUntil(consumer, () -> System.nanoTime() - endNanos > 0);
    }

    static String memberId(Consumer consumer) {
        return consumer.memberId().orElseThrow();
    }
}
