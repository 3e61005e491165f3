package io.kontiki.simulation;

import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.replication.Acks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Producers and consumers of all partitions. */
final class Workload {
    private static final long MILLIS_BETWEEN = 60;
    private static final int TIMEOUT_MILLIS = 3_000;

    private final Cluster cluster;
    private final Scheduler scheduler;
    private final List<SimProducer> producers = new ArrayList<>();
    private final List<SimConsumer> consumers = new ArrayList<>();
    private boolean running;
    private long lastValue;

    Workload(Cluster cluster) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
    }

    void start() {
        running = true;
        for (TopicPartition partition : cluster.partitions()) {
            for (int i = 0; i < 2; i++) {
                SimProducer producer = new SimProducer(cluster, partition, 1L + producers.size());
                producers.add(producer);
                scheduler.afterMillis(0, 50, () -> producer.start(MILLIS_BETWEEN));
            }
            SimConsumer consumer = new SimConsumer(cluster, partition);
            consumers.add(consumer);
            scheduler.afterMillis(0, 50, consumer::start);
            scheduler.afterMillis(0, 50, () -> sendCarelessly(partition));
        }
    }

    void stop() {
        running = false;
        producers.forEach(SimProducer::stop);
        consumers.forEach(SimConsumer::stop);
    }

    /** Whether everything sent is acknowledged. */
    boolean isDone() {
        return producers.stream().allMatch(SimProducer::isDone);
    }

    /** Sends once, whatever becomes of it, and waits for one replica or none. */
    private void sendCarelessly(TopicPartition partition) {
        if (!running) {
            return;
        }
        Acks acks = scheduler.chance(0.5) ? Acks.LEADER : Acks.NONE;
        cluster.leader(partition).ifPresent(broker -> produce(broker, partition, acks, outcome -> {}));
        scheduler.afterMillis(1, 400, () -> sendCarelessly(partition));
    }

    /** One value, sent once. */
    void produce(SimBroker broker, TopicPartition partition, Acks acks, Consumer<ProduceOutcome> outcome) {
        ByteBuffer batch = batch(++lastValue);
        scheduler.afterMillis(0, 3, () -> broker.produce(partition, batch, acks, TIMEOUT_MILLIS, outcome));
    }

    /** Of no idempotent producer. */
    ByteBuffer batch(long value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 10);
        builder.add(
                cluster.millis(), null, ByteBuffer.allocate(8).putLong(value).flip(), List.of());
        return builder.build();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        producers.forEach(producer -> text.append("\n  ").append(producer));
        return text.toString();
    }
}
