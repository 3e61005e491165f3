package io.kontiki.metadata;

import static io.kontiki.metadata.TopicConfigKey.Unit.BYTES;
import static io.kontiki.metadata.TopicConfigKey.Unit.NONE;
import static io.kontiki.metadata.TopicConfigType.number;
import static io.kontiki.metadata.TopicConfigType.words;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of a broker's configuration that are changed while it runs, in the order of their names; all others are read at
 * the start alone. The reader of the file takes names and limits from here. Precedence after KIP-226: broker, cluster, file, default. None is bound to another one, since each broker
 * has a file of its own which nobody else can see.
 */
public enum DynamicKey {
    AUTO_LEADER_REBALANCE_ENABLE("auto.leader.rebalance.enable", words("true", "false"), true),
    DEFAULT_REPLICATION_FACTOR("default.replication.factor", factor(), true),
    GROUP_MAX_SIZE("group.max.size", number(NONE, 1, 10_000), false),
    LOG_CLEANER_IO_MAX_BYTES_PER_SECOND("log.cleaner.io.max.bytes.per.second", rate(), false),
    LOG_RETENTION_BYTES("log.retention.bytes", TopicConfigKey.RETENTION_BYTES.type(), true),
    LOG_RETENTION_MS("log.retention.ms", TopicConfigKey.RETENTION_MS.type(), true),
    LOG_SCRUB_IO_MAX_BYTES_PER_SECOND("log.scrub.io.max.bytes.per.second", rate(), false),
    NUM_PARTITIONS("num.partitions", number(NONE, 1, 10_000), true),
    OFFSETS_RETENTION_MINUTES("offsets.retention.minutes", number(NONE, 1, Integer.MAX_VALUE), false),
    REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND("replica.alter.log.dirs.io.max.bytes.per.second", rate(), false);

    private final String key;
    private final TopicConfigType type;
    private final boolean clusterWide;

    DynamicKey(String key, TopicConfigType type, boolean clusterWide) {
        this.key = key;
        this.type = type;
        this.clusterWide = clusterWide;
    }

    /** The key as users write it, the same as in the file of a broker. */
    public String key() {
        return key;
    }

    /** Whether it can be set for the whole cluster only: what it says must not depend on who is asked, or who leads. */
    public boolean clusterWide() {
        return clusterWide;
    }

    /** What a value may be, in words that fit after "must be". */
    public String limits() {
        return type.limits();
    }

    /** What a number of this key counts. */
    public TopicConfigKey.Unit unit() {
        return type.unit();
    }

    /** The value as it is stored: a size or duration in plain bytes or milliseconds; what is none stays as it is. */
    public String plain(String value) {
        return type.plain(value);
    }

    /** What is wrong with a value, for people: names the key, the value and the limit. Empty if it is allowed. */
    public Optional<String> check(String value) {
        return type.allowed().test(value)
                ? Optional.empty()
                : Optional.of(key + " is \"" + Excerpt.of(value) + "\", but must be " + limits());
    }

    /** What is set for this key, if it is allowed: a later version may allow more. */
    public Optional<String> in(Map<String, String> configs) {
        return Optional.ofNullable(configs.get(key))
                .filter(value -> check(value).isEmpty());
    }

    public static Optional<DynamicKey> find(String key) {
        return Arrays.stream(values()).filter(each -> each.key.equals(key)).findFirst();
    }

    /** What is wrong with a key that is none of these, for people. */
    public static String unknown(String key) {
        return NearestKey.unknown(key, keys());
    }

    private static List<String> keys() {
        return Arrays.stream(values()).map(DynamicKey::key).toList();
    }

    private static TopicConfigType rate() {
        return number(BYTES, 1024, Long.MAX_VALUE);
    }

    private static TopicConfigType factor() {
        var any = number(NONE, -1, Short.MAX_VALUE);
        return new TopicConfigType(
                "-1 or a number from 1 to " + Short.MAX_VALUE,
                NONE,
                text -> any.allowed().test(text) && QuantityText.count(text) != 0);
    }
}
