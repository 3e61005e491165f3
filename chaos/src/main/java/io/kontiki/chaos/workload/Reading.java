package io.kontiki.chaos.workload;

import io.kontiki.chaos.history.Operation.Read;
import io.kontiki.chaos.history.Operation.ReadFailed;
import io.kontiki.chaos.history.Operation.Seen;
import io.kontiki.chaos.history.RecordId;
import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.KontikiException;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One consumer, which reads all partitions from their beginning. If it jumps, it goes back now and then and reads a part once
 * more, so that a record that changed behind the readers is seen. Belongs to one thread, but for {@link #stop}.
 */
final class Reading implements Runnable, AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long JUMP_NANOS = 1_000_000_000L;
    private static final long JUMP_BACK_MAX = 3000;
    private static final int REFUSALS_MAX = 1000;

    private final String name;
    private final boolean jumps;
    private final WorkloadTarget target;
    private final Recording recording;
    private final Consumer consumer;
    private final SplittableRandom random;
    private final Map<Integer, Long> ends = new HashMap<>();
    private final Set<Integer> moved = new HashSet<>();
    private int refusals;
    private volatile boolean stopped;

    Reading(String name, boolean jumps, WorkloadTarget target, Recording recording) {
        this.name = name;
        this.jumps = jumps;
        this.target = target;
        this.recording = recording;
        random = new SplittableRandom(name.hashCode());
        consumer = Consumer.builder()
                .bootstrapServers(target.bootstrap())
                .clientId("chaos-" + name)
                .startAt(Position.earliest())
                .build();
    }

    @Override
    public void run() {
        try (this) {
            long lastJump = System.nanoTime();
            while (!stopped && poll()) {
                if (jumps && System.nanoTime() - lastJump > JUMP_NANOS) {
                    lastJump = System.nanoTime();
                    jumpBack();
                }
            }
        }
    }

    /** Notes what there is to read; false once this reader can go no further. */
    private boolean poll() {
        try {
            if (consumer.assignment().isEmpty()) {
                consumer.assign(target.all());
            }
            note(consumer.poll(POLL));
            return true;
        } catch (KontikiException e) {
            return e.retriable() || beginAnew(e);
        }
    }

    /** As an application would that was told that its position is not there; false if it was told so too often. */
    private boolean beginAnew(KontikiException refusal) {
        recording.write(new ReadFailed(name, 0, recording.now(), refusal.reason() + ": " + refusal.getMessage()));
        refusals++;
        for (TopicPartition partition : target.all()) {
            consumer.seek(partition, Position.earliest());
            moved.add(partition.partition());
        }
        return refusals < REFUSALS_MAX;
    }

    private void note(List<ConsumerRecord> records) {
        Map<Integer, List<Seen>> byPartition = new TreeMap<>();
        for (ConsumerRecord received : records) {
            byPartition
                    .computeIfAbsent(received.partition(), partition -> new ArrayList<>())
                    .add(seen(received));
            ends.merge(received.partition(), received.offset() + 1, Math::max);
        }
        byPartition.forEach((partition, seen) ->
                recording.write(new Read(name, partition, recording.now(), moved.remove(partition), seen)));
    }

    private static Seen seen(ConsumerRecord received) {
        Optional<RecordId> id =
                received.value().flatMap(Payload::parse).filter(parsed -> parsed.partition() == received.partition());
        return new Seen(
                received.offset(),
                id.map(RecordId::producer).orElse(Seen.UNREADABLE),
                id.map(RecordId::sequence).orElse(0L));
    }

    private void jumpBack() {
        int partition = random.nextInt(target.partitions());
        long end = ends.getOrDefault(partition, 0L);
        if (end > 0 && !moved.contains(partition)) {
            long to = random.nextLong(Math.max(0, end - JUMP_BACK_MAX), end);
            consumer.seek(new TopicPartition(target.topic(), partition), Position.offset(to));
            moved.add(partition);
        }
    }

    /** Reads everything up to the end as it is now, noting it; false if there was no progress for so long. */
    boolean readAll(Duration patience) {
        try (this) {
            long lastProgress = System.nanoTime();
            Map<TopicPartition, Long> goals = Map.of();
            while (System.nanoTime() - lastProgress < patience.toNanos()) {
                try {
                    goals = goals.isEmpty() ? start() : goals;
                    List<ConsumerRecord> records = consumer.poll(POLL);
                    note(records);
                    if (!records.isEmpty()) {
                        lastProgress = System.nanoTime();
                    }
                    if (reached(goals)) {
                        return true;
                    }
                } catch (KontikiException e) {
                    if (!e.retriable()) {
                        return false;
                    }
                }
            }
            return false;
        }
    }

    private Map<TopicPartition, Long> start() {
        consumer.assign(target.all());
        return consumer.endOffsets(target.all());
    }

    private boolean reached(Map<TopicPartition, Long> goals) {
        return goals.entrySet().stream().allMatch(goal -> consumer.position(goal.getKey()) >= goal.getValue());
    }

    /** By partition, the offset behind the last record that was read. */
    Map<Integer, Long> ends() {
        return Map.copyOf(ends);
    }

    /** Ends {@link #run} soon. */
    void stop() {
        stopped = true;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
