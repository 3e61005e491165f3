package io.kontiki.chaos.workload;

import io.kontiki.client.TopicPartition;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the workload works on.
 *
 * @param bootstrap addresses of the brokers
 * @param partitions of the topic
 */
public record WorkloadTarget(String bootstrap, String topic, int partitions) {
    List<TopicPartition> all() {
        return IntStream.range(0, partitions)
                .mapToObj(number -> new TopicPartition(topic, number))
                .toList();
    }
}
