package io.kontiki.client;

import io.kontiki.record.Murmur2;
import java.nio.ByteBuffer;

/** See {@link Partitioner#byKey}. Stateless. */
final class KeyPartitioner implements Partitioner {
    static final KeyPartitioner INSTANCE = new KeyPartitioner();

    private KeyPartitioner() {}

    @Override
    public int partition(ProducerRecord record, TopicInfo topic) {
        var key = record.rawKey();
        return key == null
                ? ANY
                : Murmur2.partitionFor(ByteBuffer.wrap(key), topic.partitions().size());
    }
}
