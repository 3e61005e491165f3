package io.kontiki.simulation;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.replication.Acks;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A producer of one partition that sends each batch until it is acknowledged. It has up to five in flight, and after any
 * other answer, or none, begins again with the oldest that is not acknowledged (rule D8).
 */
final class SimProducer {
    private static final int IN_FLIGHT_MAX = 5;
    private static final int RECORDS_MAX = 3;
    private static final int VALUE_BYTES_MAX = 120;
    private static final long ANSWER_MILLIS_MAX = 3_000;
    private static final int BATCH_BYTES_MAX = 1 << 12;

    private static final class Unacknowledged {
        private final ByteBuffer bytes;
        private boolean acknowledged;

        Unacknowledged(ByteBuffer bytes) {
            this.bytes = bytes;
        }
    }

    private final Cluster cluster;
    private final Scheduler scheduler;
    private final TopicPartition partition;
    private final long producerId;
    /** Oldest first. */
    private final Deque<Unacknowledged> inFlight = new ArrayDeque<>();

    private Optional<SimBroker> connected = Optional.empty();
    /** Rises with each connection: answers of an earlier one come too late to send anything again for them. */
    private long connection;

    private long arrivalNanos;
    private int nextSequence;
    private boolean running = true;
    private long acknowledged;

    SimProducer(Cluster cluster, TopicPartition partition, long producerId) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.partition = partition;
        this.producerId = producerId;
    }

    /** @param millisBetween longest pause between two batches */
    void start(long millisBetween) {
        if (!running) {
            return;
        }
        if (inFlight.size() < IN_FLIGHT_MAX) {
            Unacknowledged next = new Unacknowledged(draw());
            inFlight.add(next);
            if (connected.isPresent()) {
                send(next);
            } else {
                connect();
            }
        }
        scheduler.afterMillis(
                1, scheduler.chance(0.05) ? 20 * millisBetween : millisBetween, () -> start(millisBetween));
    }

    /** Sends nothing new. */
    void stop() {
        running = false;
    }

    /** Stops for good if so: the topic goes. */
    boolean sendsTo(UUID topicId) {
        boolean same = partition.topicId().equals(topicId);
        if (same) {
            running = false;
            inFlight.clear();
        }
        return same;
    }

    boolean isDone() {
        return inFlight.isEmpty();
    }

    private ByteBuffer draw() {
        RecordBatchBuilder builder = new RecordBatchBuilder(BATCH_BYTES_MAX);
        int count = (int) scheduler.draw(1, RECORDS_MAX);
        for (int i = 0; i < count; i++) {
            byte[] value = new byte[(int) scheduler.draw(8, VALUE_BYTES_MAX)];
            ByteBuffer.wrap(value).putInt((int) producerId).putInt(nextSequence + i);
            builder.add(cluster.millis(), null, ByteBuffer.wrap(value), List.of());
        }
        ByteBuffer batch = builder.build(producerId, (short) 0, nextSequence);
        nextSequence += count;
        return batch;
    }

    /** Mostly to the leader; now and then to a broker that may have been it. */
    private void connect() {
        connection++;
        connected = Optional.empty();
        if (inFlight.isEmpty()) {
            return;
        }
        Optional<Integer> leader = cluster.record(partition)
                .filter(PartitionRegistration::hasLeader)
                .map(PartitionRegistration::leader);
        int target = leader.isPresent() && !scheduler.chance(0.05)
                ? leader.get()
                : (int) scheduler.draw(1, cluster.options().nodes());
        connected = cluster.node(target).process();
        if (connected.isEmpty()) {
            connectLater();
            return;
        }
        arrivalNanos = scheduler.now();
        new ArrayList<>(inFlight).forEach(this::send);
    }

    private void connectLater() {
        long current = ++connection;
        connected = Optional.empty();
        scheduler.afterMillis(20, 200, () -> {
            if (connection == current) {
                connect();
            }
        });
    }

    private void send(Unacknowledged batch) {
        long current = connection;
        SimBroker broker = connected.orElseThrow();
        arrivalNanos =
                Math.max(arrivalNanos, scheduler.now() + cluster.network().delayNanos());
        int timeoutMillis = (int) scheduler.draw(50, 2 * ANSWER_MILLIS_MAX);
        scheduler.after(
                arrivalNanos - scheduler.now(),
                () -> broker.produce(partition, batch.bytes.duplicate(), Acks.ALL, timeoutMillis, outcome -> {
                    if (!cluster.losesAnswer()) {
                        scheduler.after(cluster.network().delayNanos(), () -> onAnswer(batch, current, outcome));
                    }
                }));
        scheduler.after(ANSWER_MILLIS_MAX * Scheduler.MILLI, () -> onSilence(batch, current));
    }

    private void onAnswer(Unacknowledged batch, long ofConnection, ProduceOutcome outcome) {
        if (outcome instanceof ProduceOutcome.Written) {
            acknowledge(batch);
        } else if (ofConnection == connection && !batch.acknowledged) {
            connectLater();
        }
    }

    /** The connection counts as broken; what was sent on it may still arrive. */
    private void onSilence(Unacknowledged batch, long ofConnection) {
        if (ofConnection == connection && !batch.acknowledged) {
            connectLater();
        }
    }

    private void acknowledge(Unacknowledged batch) {
        if (!batch.acknowledged) {
            batch.acknowledged = true;
            acknowledged++;
        }
        while (!inFlight.isEmpty() && inFlight.peek().acknowledged) {
            inFlight.remove();
        }
    }

    @Override
    public String toString() {
        return "producer " + producerId + " of " + partition.partition() + ": " + acknowledged + " acknowledged, "
                + inFlight.size() + " in flight, next sequence " + nextSequence;
    }
}
