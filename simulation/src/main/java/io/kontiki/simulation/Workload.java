package io.kontiki.simulation;

import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.replication.Acks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** Producers and consumers of all partitions, and groups. */
final class Workload {
    private static final int PRODUCERS = 2;
    private static final int TIMEOUT_MILLIS = 3_000;

    private final Cluster cluster;
    private final Scheduler scheduler;
    private final List<SimProducer> producers = new ArrayList<>();
    private final List<SimConsumer> consumers = new ArrayList<>();
    private final GroupWorkload groups;
    private boolean running;
    private final Map<Integer, UUID> topics = new HashMap<>();
    private long lastProducerId;
    private long lastValue;

    Workload(Cluster cluster) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.groups = new GroupWorkload(cluster);
    }

    GroupWorkload groups() {
        return groups;
    }

    void start() {
        running = true;
        cluster.partitions().forEach(this::use);
    }

    private void use(TopicPartition partition) {
        if (!running) {
            return;
        }
        for (int i = 0; i < PRODUCERS; i++) {
            SimProducer producer = new SimProducer(cluster, partition, ++lastProducerId);
            producers.add(producer);
            scheduler.afterMillis(0, 50, () -> producer.start(cluster.options().millisBetween()));
        }
        SimConsumer consumer = new SimConsumer(cluster, partition);
        consumers.add(consumer);
        scheduler.afterMillis(0, 50, consumer::start);
        scheduler.afterMillis(0, 50, () -> sendCarelessly(partition));
    }

    /** Makes a topic beside the first one, unless there is one with that number. */
    void createTopic(int number) {
        if (running && !topics.containsKey(number)) {
            UUID id = cluster.drawUuid();
            topics.put(number, id);
            createTopic(number, id);
        }
    }

    /**
     * Until there is one. While all brokers work: a partition that only some of them could begin is lost with those, though
     * nothing in it was ever acknowledged.
     */
    private void createTopic(int number, UUID id) {
        boolean wanted = running && id.equals(topics.get(number));
        TopicPartition partition = new TopicPartition(id, 0);
        if (wanted && cluster.record(partition).isPresent()) {
            use(partition);
        } else if (wanted) {
            if (cluster.allUsable()) {
                cluster.createTopic(id, "more-" + number, 1);
            }
            scheduler.afterMillis(200, 1_000, () -> createTopic(number, id));
        }
    }

    /** The name is free for another topic afterwards; what was sent to this one is forgotten. */
    void deleteTopic(int number) {
        UUID id = topics.remove(number);
        if (id != null) {
            producers.removeIf(producer -> producer.sendsTo(id));
            consumers.removeIf(consumer -> consumer.reads(id));
            cluster.deleteTopic(id);
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
        if (cluster.record(partition).isPresent()) {
            scheduler.afterMillis(1, 8 * cluster.options().millisBetween(), () -> sendCarelessly(partition));
        }
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
        text.append(groups);
        return text.toString();
    }
}
