package io.kontiki.metadata;

import static io.kontiki.metadata.TopicConfigKey.Unit.BYTES;
import static io.kontiki.metadata.TopicConfigKey.Unit.MILLIS;
import static io.kontiki.metadata.TopicConfigKey.Unit.NONE;
import static io.kontiki.metadata.TopicConfigType.number;
import static io.kontiki.metadata.TopicConfigType.ratio;
import static io.kontiki.metadata.TopicConfigType.words;

import java.util.Optional;

/** The configuration keys of a topic, named as Kafka names them where the meaning is Kafka's; in the order of their names. */
public enum TopicConfigKey {
    CLEANUP_POLICY(
            "cleanup.policy",
            "delete",
            words("delete", "compact", "compact,delete", "delete,compact"),
            "delete: old segments go; compact: old values of a key go; both by comma"),
    COMPRESSION_TYPE(
            "compression.type",
            "producer",
            words("producer"),
            "brokers keep the codec of the producer: they never encode a batch again"),
    DELETE_RETENTION_MS(
            "delete.retention.ms",
            "86400000",
            number(MILLIS, 0, Long.MAX_VALUE),
            "how long compaction keeps a tombstone, so that readers see it"),
    FLUSH_MESSAGES(
            "flush.messages",
            "9223372036854775807",
            number(NONE, 1, Long.MAX_VALUE),
            "with flush.mode=os: records after which the log is forced to the disk"),
    FLUSH_MODE(
            "flush.mode",
            "ack",
            words("ack", "os"),
            "ack: a write counts once forced to the disk; os: once given to the system"),
    FLUSH_MS(
            "flush.ms",
            "9223372036854775807",
            number(MILLIS, 1, Long.MAX_VALUE),
            "with flush.mode=os: time after which a record is forced to the disk"),
    INDEX_INTERVAL_BYTES(
            "index.interval.bytes",
            "4096",
            number(BYTES, 0, Integer.MAX_VALUE),
            "log bytes between two entries of the offset index"),
    MAX_COMPACTION_LAG_MS(
            "max.compaction.lag.ms",
            "9223372036854775807",
            number(MILLIS, 1, Long.MAX_VALUE),
            "age at which a record is compacted, however little there is to gain"),
    MAX_MESSAGE_BYTES(
            "max.message.bytes", "1048588", number(BYTES, 64, 100 * 1024 * 1024), "largest record batch, in bytes"),
    MESSAGE_TIMESTAMP_AFTER_MAX_MS(
            "message.timestamp.after.max.ms",
            "3600000",
            number(MILLIS, 0, Long.MAX_VALUE),
            "how far a record's time stamp may lie ahead of the leader's clock"),
    MESSAGE_TIMESTAMP_BEFORE_MAX_MS(
            "message.timestamp.before.max.ms",
            "9223372036854775807",
            number(MILLIS, 0, Long.MAX_VALUE),
            "how far a record's time stamp may lie behind the leader's clock"),
    MESSAGE_TIMESTAMP_TYPE(
            "message.timestamp.type",
            "CreateTime",
            words("CreateTime", "LogAppendTime"),
            "CreateTime: the producer's time stamps stay; LogAppendTime: the leader stamps what it appends"),
    MIN_CLEANABLE_DIRTY_RATIO(
            "min.cleanable.dirty.ratio",
            "0.5",
            ratio(),
            "share of the log's bytes that must be uncompacted before it is compacted"),
    MIN_COMPACTION_LAG_MS(
            "min.compaction.lag.ms",
            "0",
            number(MILLIS, 0, Long.MAX_VALUE),
            "how long a record stays as it is at least"),
    /** Unset, it is 2 where the replication factor is above 2, else 1. */
    MIN_INSYNC_REPLICAS(
            "min.insync.replicas",
            "",
            number(NONE, 1, Short.MAX_VALUE),
            "in-sync replicas that an acks=all write needs"),
    RETENTION_BYTES(
            "retention.bytes",
            "-1",
            number(BYTES, -1, Long.MAX_VALUE),
            "size of a partition above which its oldest segments go; -1 is no limit"),
    RETENTION_MS(
            "retention.ms",
            "604800000",
            number(MILLIS, -1, Long.MAX_VALUE),
            "age of its newest record at which a segment goes; -1 is no limit"),
    SEGMENT_BYTES(
            "segment.bytes",
            "1073741824",
            number(BYTES, 1024, Integer.MAX_VALUE),
            "size at which a log segment is full, in bytes"),
    SEGMENT_MS(
            "segment.ms",
            "604800000",
            number(MILLIS, 1, Long.MAX_VALUE),
            "age at which a log segment is closed though it is not full"),
    UNCLEAN_LEADER_ELECTION_ENABLE(
            "unclean.leader.election.enable",
            "false",
            words("false", "true"),
            "true: if no replica is left that holds all committed records, the one that holds most leads by itself");

    /** What a number counts. */
    public enum Unit {
        NONE,
        BYTES,
        MILLIS
    }

    private final String key;
    private final String defaultValue;
    private final TopicConfigType type;
    private final String description;

    TopicConfigKey(String key, String defaultValue, TopicConfigType type, String description) {
        this.key = key;
        this.defaultValue = defaultValue;
        this.type = type;
        this.description = description;
    }

    /** The key as users write it. */
    public String key() {
        return key;
    }

    /** The default as users write it; empty if it depends on the topic. */
    public String defaultValue() {
        return defaultValue;
    }

    /** One line for people. */
    public String description() {
        return description;
    }

    /** What a value may be, in words that fit after "must be". */
    public String limits() {
        return type.limits();
    }

    /** What a number of this key counts. */
    public Unit unit() {
        return type.unit();
    }

    /** The value as it is stored, a number without a unit where it is one; else as it is. */
    public String plain(String value) {
        return type.plain(value);
    }

    TopicConfigType type() {
        return type;
    }

    /** What is wrong with a value, for people; empty if it is allowed. */
    Optional<String> check(String value) {
        return type.allowed().test(value)
                ? Optional.empty()
                : Optional.of("config " + key + " is \"" + Excerpt.of(value) + "\", but must be " + limits());
    }

    static Optional<TopicConfigKey> find(String key) {
        for (var each : values()) {
            if (each.key.equals(key)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
