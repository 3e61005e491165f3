package io.kontiki.benchmark.versus.load;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.Consumer;
import io.kontiki.client.TopicPartition;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Kontiki's consumer, which only commits. */
final class KontikiCommitter implements OffsetCommitter {
    private final Consumer consumer;
    private final Set<TopicPartition> partitions;

    KontikiCommitter(Consumer consumer, Set<TopicPartition> partitions) {
        this.consumer = consumer;
        this.partitions = partitions;
    }

    @Override
    public void commit(long offset) {
        CommittedOffset place = CommittedOffset.of(offset);
        consumer.commit(partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> place)));
    }

    @Override
    public boolean isStored(long offset) {
        Map<TopicPartition, CommittedOffset> stored = consumer.committed(partitions);
        return partitions.stream()
                .allMatch(partition ->
                        stored.get(partition) != null && stored.get(partition).offset() == offset);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
