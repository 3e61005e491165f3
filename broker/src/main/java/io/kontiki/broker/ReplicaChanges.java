package io.kontiki.broker;

import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.MetricSource;
import io.kontiki.broker.metrics.Samples;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Counts what the quorum decides of the partitions that this broker leads. What the first image tells is how things stand,
 * and no change. Called by one thread at a time; the counts may be read by any.
 */
final class ReplicaChanges implements MetadataPublisher, MetricSource {
    static final Set<Metric> TOLD = Set.of(Metric.ISR_SHRINKS, Metric.ISR_EXPANDS, Metric.LEADER_ELECTIONS);

    private final int brokerId;
    private final Consumer<UUID> onTopicDeleted;
    private final LongAdder shrinks = new LongAdder();
    private final LongAdder expands = new LongAdder();
    private final LongAdder elections = new LongAdder();
    private MetadataImage before = MetadataImage.EMPTY;

    /** @param onTopicDeleted told of each topic that is gone */
    ReplicaChanges(int brokerId, Consumer<UUID> onTopicDeleted) {
        this.brokerId = brokerId;
        this.onTopicDeleted = onTopicDeleted;
    }

    @Override
    public void onMetadata(MetadataDelta delta, MetadataImage image) {
        delta.removedTopics().forEach(onTopicDeleted);
        if (before != MetadataImage.EMPTY) {
            delta.changedTopics()
                    .forEach(id -> image.topic(id)
                            .ifPresent(topic -> topic.changedSince(before.topic(id))
                                    .forEach(number -> count(
                                            new TopicPartition(id, number),
                                            topic.partitions().get(number)))));
        }
        before = image;
    }

    private void count(TopicPartition id, PartitionRegistration after) {
        if (after.leader() != brokerId) {
            return;
        }
        var old = before.partition(id);
        if (old.isEmpty() || old.get().leaderEpoch() != after.leaderEpoch()) {
            elections.increment();
        }
        if (old.isPresent() && old.get() != after) {
            // By its proposal; or by the quorum, which takes out the replicas of a broker that it fences.
            if (!after.isr().containsAll(old.get().isr())) {
                shrinks.increment();
            }
            if (!old.get().isr().containsAll(after.isr())) {
                expands.increment();
            }
        }
    }

    @Override
    public void collect(Samples samples) {
        samples.counter(Metric.ISR_SHRINKS, shrinks.sum());
        samples.counter(Metric.ISR_EXPANDS, expands.sum());
        samples.counter(Metric.LEADER_ELECTIONS, elections.sum());
    }
}
