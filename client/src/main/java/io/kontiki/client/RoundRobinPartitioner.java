package io.kontiki.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** See {@link Partitioner#roundRobin}. Thread-safe. */
final class RoundRobinPartitioner implements Partitioner {
    private final Map<String, Integer> last = new ConcurrentHashMap<>();

    @Override
    public int partition(ProducerRecord record, TopicInfo topic) {
        if (record.rawKey() != null) {
            return KeyPartitioner.INSTANCE.partition(record, topic);
        }
        return last.merge(
                topic.name(),
                RecordRouter.following(topic, -1),
                (known, first) -> RecordRouter.following(topic, known));
    }
}
