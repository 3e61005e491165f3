package io.kontiki.client;

import java.util.List;
import java.util.Optional;

/** A record as read. Immutable, as long as nobody writes into its arrays. */
public final class ConsumerRecord {
    private final TopicPartition topicPartition;
    private final long offset;
    private final long timestampMs;
    private final int leaderEpoch;
    private final byte[] key;
    private final byte[] value;
    private final List<Header> headers;

    ConsumerRecord(
            TopicPartition topicPartition,
            long offset,
            long timestampMs,
            int leaderEpoch,
            byte[] key,
            byte[] value,
            List<Header> headers) {
        this.topicPartition = topicPartition;
        this.offset = offset;
        this.timestampMs = timestampMs;
        this.leaderEpoch = leaderEpoch;
        this.key = key;
        this.value = value;
        this.headers = headers;
    }

    /** Topic and partition. */
    public TopicPartition topicPartition() {
        return topicPartition;
    }

    /** Name of the topic. */
    public String topic() {
        return topicPartition.topic();
    }

    /** Partition number. */
    public int partition() {
        return topicPartition.partition();
    }

    /** Number of the record in its partition. */
    public long offset() {
        return offset;
    }

    /** Milliseconds since 1970. */
    public long timestampMs() {
        return timestampMs;
    }

    /** Number of the leadership under which the record was written. */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** The key, if there is one. */
    public Optional<byte[]> key() {
        return Optional.ofNullable(key);
    }

    /** The value; empty for a tombstone. */
    public Optional<byte[]> value() {
        return Optional.ofNullable(value);
    }

    /** The headers, in order. */
    public List<Header> headers() {
        return headers;
    }
}
