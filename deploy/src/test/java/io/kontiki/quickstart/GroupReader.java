package io.kontiki.quickstart;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.KontikiException;
import io.kontiki.client.ResetPolicy;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;

/**
 * A member of a group on a thread of its own, until it is closed. It commits what it was given before it asks for more,
 * and notes the first record that comes again though a commit behind it was acknowledged to any member: that one is lost.
 */
final class GroupReader implements AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(200);

    private final Consumer consumer;
    private final ConcurrentMap<TopicPartition, Long> acked;
    private final CompletableFuture<Void> reading;
    private volatile Set<TopicPartition> assignment = Set.of();
    private volatile String failure;
    private volatile boolean stopped;

    /** @param acked what was acknowledged to all members: the offset of the next record, by partition */
    GroupReader(
            String bootstrap,
            String topic,
            String group,
            String instance,
            Duration session,
            ConcurrentMap<TopicPartition, Long> acked) {
        this.acked = acked;
        consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .group(group)
                .instanceId(instance)
                .sessionTimeout(session)
                .autoCommit(false)
                .resetPolicy(ResetPolicy.EARLIEST)
                .build();
        consumer.subscribe(List.of(topic));
        reading = CompletableFuture.runAsync(this::read, task -> new Thread(task, "group-reader-" + instance).start());
    }

    private void read() {
        while (!stopped && failure == null) {
            try {
                List<ConsumerRecord> records = consumer.poll(WAIT);
                assignment = Set.copyOf(consumer.assignment());
                if (!records.isEmpty()) {
                    commit(checked(records));
                }
            } catch (RuntimeException e) {
                failure = String.valueOf(e);
            }
        }
    }

    /** The place behind the last record of each partition. */
    private Map<TopicPartition, CommittedOffset> checked(List<ConsumerRecord> records) {
        Map<TopicPartition, CommittedOffset> next =
                new TreeMap<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
        for (ConsumerRecord record : records) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            long behind = acked.getOrDefault(partition, 0L);
            if (record.offset() < behind) {
                throw new IllegalStateException(
                        partition + " gave offset " + record.offset() + " again, but " + behind + " was committed");
            }
            next.put(partition, CommittedOffset.after(record));
        }
        return next;
    }

    private void commit(Map<TopicPartition, CommittedOffset> offsets) {
        try {
            consumer.commit(offsets);
            offsets.forEach((partition, next) -> acked.merge(partition, next.offset(), Math::max));
        } catch (KontikiException e) {
            // Not acknowledged: the partition has another owner, or the quorum has not said that it has it.
        }
    }

    Set<TopicPartition> assignment() {
        return assignment;
    }

    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** Ends. As it has an instance id, its partitions wait for it until its session ends. */
    @Override
    public void close() {
        stopped = true;
        reading.join();
        consumer.close();
    }
}
