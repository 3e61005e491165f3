package io.kontiki.benchmark.versus.load;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Kafka's consumer, which only commits. */
final class KafkaCommitter implements OffsetCommitter {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<TopicPartition> partitions;

    KafkaCommitter(KafkaConsumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
        this.consumer = consumer;
        this.partitions = partitions;
    }

    @Override
    public void commit(long offset) {
        OffsetAndMetadata place = new OffsetAndMetadata(offset);
        consumer.commitSync(partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> place)));
    }

    @Override
    public boolean isStored(long offset) {
        Map<TopicPartition, OffsetAndMetadata> stored = consumer.committed(partitions);
        return partitions.stream()
                .allMatch(partition ->
                        stored.get(partition) != null && stored.get(partition).offset() == offset);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
