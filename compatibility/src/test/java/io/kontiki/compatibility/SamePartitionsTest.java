package io.kontiki.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.PartitionInfo;
import io.kontiki.client.Partitioner;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.TopicInfo;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

/** A key's partition is the one where Kafka's producer puts it, so that programs of both can share a topic. */
class SamePartitionsTest {
    private static final String TOPIC = "orders";

    private static TopicInfo topic(int partitions) {
        List<PartitionInfo> all = IntStream.range(0, partitions)
                .mapToObj(i -> new PartitionInfo(i, OptionalInt.of(1), 1, 1, List.of(1), List.of(1), List.of(), 1))
                .toList();
        return new TopicInfo(new UUID(1, 2), TOPIC, all, Map.of());
    }

    @Test
    void randomKeysLandWhereKafkaPutsThem() {
        SplittableRandom random = new SplittableRandom(17);
        List<Integer> counts = List.of(1, 2, 3, 7, 12, 64, 1000);
        for (int i = 0; i < 10_000; i++) {
            byte[] key = new byte[random.nextInt(40)];
            random.nextBytes(key);
            TopicInfo topic = topic(counts.get(i % counts.size()));
            int count = topic.partitions().size();
            ProducerRecord record = ProducerRecord.of(TOPIC, key, new byte[0]);
            int kafkas = BuiltInPartitioner.partitionForKey(key, count);
            assertThat(Partitioner.byKey().partition(record, topic))
                    .as("key %d of %d bytes, %d partitions", i, key.length, count)
                    .isEqualTo(kafkas);
            assertThat(Partitioner.roundRobin().partition(record, topic)).isEqualTo(kafkas);
        }
    }
}
