package io.kontiki.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A record to send. Immutable; arrays are kept, not copied, and must not change until the send is done. */
public final class ProducerRecord {
    static final int NO_PARTITION = -1;
    static final long NO_TIMESTAMP = -1;

    private final String topic;
    private final int partition;
    private final long timestampMs;
    private final byte[] key;
    private final byte[] value;
    private final List<Header> headers;

    private ProducerRecord(
            String topic, int partition, long timestampMs, byte[] key, byte[] value, List<Header> headers) {
        this.topic = topic;
        this.partition = partition;
        this.timestampMs = timestampMs;
        this.key = key;
        this.value = value;
        this.headers = headers;
    }

    /** A record without a key. */
    public static ProducerRecord of(String topic, byte[] value) {
        return new ProducerRecord(
                Objects.requireNonNull(topic, "topic"),
                NO_PARTITION,
                NO_TIMESTAMP,
                null,
                Objects.requireNonNull(value, "value"),
                List.of());
    }

    /** A record with a key: all records of one key go to one partition and keep their order. */
    public static ProducerRecord of(String topic, byte[] key, byte[] value) {
        return to(topic).key(key).value(value).build();
    }

    /** Starts a record for this topic. */
    public static Builder to(String topic) {
        return new Builder(topic);
    }

    /** Name of the topic. */
    public String topic() {
        return topic;
    }

    /** Partition number, if the caller chose one. */
    public OptionalInt partition() {
        return partition == NO_PARTITION ? OptionalInt.empty() : OptionalInt.of(partition);
    }

    /** Milliseconds since 1970, if the caller set them; else the time of {@code send} counts. */
    public OptionalLong timestampMs() {
        return timestampMs == NO_TIMESTAMP ? OptionalLong.empty() : OptionalLong.of(timestampMs);
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

    /** A builder that holds everything of this record, for one with further headers, say. */
    public Builder toBuilder() {
        var builder = new Builder(topic);
        builder.partition = partition;
        builder.timestampMs = timestampMs;
        builder.key = key;
        builder.value = value;
        builder.headers.addAll(headers);
        return builder;
    }

    int rawPartition() {
        return partition;
    }

    byte[] rawKey() {
        return key;
    }

    byte[] rawValue() {
        return value;
    }

    /** Collects the parts of a record. Not thread-safe. */
    public static final class Builder {
        private final String topic;
        private final List<Header> headers = new ArrayList<>(0);
        private int partition = NO_PARTITION;
        private long timestampMs = NO_TIMESTAMP;
        private byte[] key;
        private byte[] value;

        private Builder(String topic) {
            this.topic = Objects.requireNonNull(topic, "topic");
        }

        /** Chooses the partition, at least 0; without it the producer's {@link Partitioner} decides. */
        public Builder partition(int partition) {
            this.partition = (int) Limits.atLeast("partition", partition, 0);
            return this;
        }

        /** Sets the time stamp, in milliseconds since 1970, at least 0. */
        public Builder timestampMs(long timestampMs) {
            this.timestampMs = Limits.atLeast("timestampMs", timestampMs, 0);
            return this;
        }

        /** Sets the key. */
        public Builder key(byte[] key) {
            this.key = Objects.requireNonNull(key, "key");
            return this;
        }

        /** Sets the value; without this call the record is a tombstone. */
        public Builder value(byte[] value) {
            this.value = Objects.requireNonNull(value, "value");
            return this;
        }

        /** Adds a header. */
        public Builder header(String name, byte[] headerValue) {
            return header(Header.of(name, headerValue));
        }

        /** Adds a header. */
        public Builder header(Header header) {
            headers.add(Objects.requireNonNull(header, "header"));
            return this;
        }

        /** Takes away all headers of this name. */
        public Builder withoutHeader(String name) {
            headers.removeIf(header -> header.key().equals(name));
            return this;
        }

        /** The record. */
        public ProducerRecord build() {
            return new ProducerRecord(
                    topic, partition, timestampMs, key, value, headers.isEmpty() ? List.of() : List.copyOf(headers));
        }
    }
}
