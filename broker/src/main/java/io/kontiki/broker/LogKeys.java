package io.kontiki.broker;

import static io.kontiki.broker.ConfigKey.dynamic;
import static io.kontiki.broker.ConfigKey.optional;
import static io.kontiki.broker.ConfigKey.withDefault;

import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.TopicConfigKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The keys that say how logs are kept: what new topics get, and how this broker works on its logs. */
final class LogKeys {
    /**
     * What a topic's key is where the topic's creator says nothing.
     *
     * @param keys the first of them that is set wins, so the finest unit comes first
     */
    record TopicDefault(TopicConfigKey topicKey, List<ConfigKey<String>> keys) {}

    static final List<TopicDefault> TOPIC_DEFAULTS = List.of(
            topic(TopicConfigKey.CLEANUP_POLICY, "log.cleanup.policy"),
            new TopicDefault(
                    TopicConfigKey.RETENTION_MS,
                    List.of(
                            plain(TopicConfigKey.RETENTION_MS, DynamicKey.LOG_RETENTION_MS.key()),
                            coarse("log.retention.minutes", Duration.ofMinutes(1), -1),
                            coarse("log.retention.hours", Duration.ofHours(1), -1))),
            topic(TopicConfigKey.RETENTION_BYTES, DynamicKey.LOG_RETENTION_BYTES.key()),
            new TopicDefault(
                    TopicConfigKey.SEGMENT_MS,
                    List.of(
                            plain(TopicConfigKey.SEGMENT_MS, "log.roll.ms"),
                            coarse("log.roll.hours", Duration.ofHours(1), 1))),
            topic(TopicConfigKey.MIN_CLEANABLE_DIRTY_RATIO, "log.cleaner.min.cleanable.ratio"),
            topic(TopicConfigKey.MIN_COMPACTION_LAG_MS, "log.cleaner.min.compaction.lag.ms"),
            topic(TopicConfigKey.MAX_COMPACTION_LAG_MS, "log.cleaner.max.compaction.lag.ms"),
            topic(TopicConfigKey.DELETE_RETENTION_MS, "log.cleaner.delete.retention.ms"),
            topic(TopicConfigKey.FLUSH_MESSAGES, "log.flush.interval.messages"),
            topic(TopicConfigKey.FLUSH_MS, "log.flush.interval.ms"),
            topic(TopicConfigKey.MESSAGE_TIMESTAMP_TYPE, "log.message.timestamp.type"),
            topic(TopicConfigKey.MESSAGE_TIMESTAMP_BEFORE_MAX_MS, "log.message.timestamp.before.max.ms"),
            topic(TopicConfigKey.MESSAGE_TIMESTAMP_AFTER_MAX_MS, "log.message.timestamp.after.max.ms"),
            topic(TopicConfigKey.UNCLEAN_LEADER_ELECTION_ENABLE, "unclean.leader.election.enable"));

    static final ConfigKey<Duration> RETENTION_CHECK_INTERVAL_MS = withDefault(
            "log.retention.check.interval.ms",
            ConfigType.duration(Duration.ofMillis(10), Duration.ofDays(1)),
            "5m",
            "How often it is looked for segments to delete.");
    static final ConfigKey<Integer> CLEANER_THREADS = withDefault(
            "log.cleaner.threads",
            ConfigType.integer(0, 64),
            "1",
            "Threads of each directory that compact; 0 compacts nothing.");
    static final ConfigKey<Long> CLEANER_DEDUPE_BUFFER_SIZE = withDefault(
            "log.cleaner.dedupe.buffer.size",
            ConfigType.longSize(1 << 20),
            "128MiB",
            "Memory that they share for the keys of what they compact.");
    static final ConfigKey<Long> CLEANER_IO_MAX_BYTES_PER_SECOND = dynamic(
            DynamicKey.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND,
            Long::valueOf,
            Long.toString(Long.MAX_VALUE),
            "What they may read and write together in a second.");
    static final ConfigKey<Duration> CLEANER_BACKOFF_MS = withDefault(
            "log.cleaner.backoff.ms",
            ConfigType.duration(Duration.ofMillis(1), Duration.ofDays(1)),
            "15s",
            "How long they rest when no log needs them.");
    static final ConfigKey<Duration> SCRUB_INTERVAL_MS = withDefault(
            "log.scrub.interval.ms",
            ConfigType.duration(Duration.ofSeconds(1), Duration.ofDays(365)),
            "7d",
            "How often the checksums of all closed segments are compared, and the replicas with each "
                    + "other ([durability](durability.md)). The first time a minute after the start.");
    static final ConfigKey<Long> SCRUB_IO_MAX_BYTES_PER_SECOND = dynamic(
            DynamicKey.LOG_SCRUB_IO_MAX_BYTES_PER_SECOND,
            Long::valueOf,
            "8MiB",
            "What a broker may read for that in a second.");
    static final ConfigKey<Long> MOVE_IO_MAX_BYTES_PER_SECOND = dynamic(
            DynamicKey.REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND,
            Long::valueOf,
            "64MiB",
            "What a broker may copy in a second to move logs between its directories "
                    + "([operations](operations.md#disks)). Kafka's default is no limit.");

    /** In the order of the documentation. */
    static final List<ConfigKey<?>> ALL = Stream.concat(
                    TOPIC_DEFAULTS.stream().flatMap(each -> each.keys().stream()),
                    Stream.of(
                            RETENTION_CHECK_INTERVAL_MS,
                            CLEANER_THREADS,
                            CLEANER_DEDUPE_BUFFER_SIZE,
                            CLEANER_IO_MAX_BYTES_PER_SECOND,
                            CLEANER_BACKOFF_MS,
                            SCRUB_INTERVAL_MS,
                            SCRUB_IO_MAX_BYTES_PER_SECOND,
                            MOVE_IO_MAX_BYTES_PER_SECOND))
            .<ConfigKey<?>>map(key -> key)
            .toList();

    private LogKeys() {}

    /** What this key is the name of, in its finest unit: the others show only what was set in them. */
    static Optional<TopicDefault> topicDefault(ConfigKey<?> key) {
        return TOPIC_DEFAULTS.stream()
                .filter(each -> each.keys().get(0).equals(key))
                .findFirst();
    }

    private static TopicDefault topic(TopicConfigKey topicKey, String name) {
        return new TopicDefault(topicKey, List.of(plain(topicKey, name)));
    }

    private static ConfigKey<String> plain(TopicConfigKey topicKey, String name) {
        return optional(name, ConfigType.topic(topicKey), topicKey.description() + "; default of " + topicKey.key());
    }

    /** A duration in a coarse unit; -1, where it is allowed, stays -1. */
    private static ConfigKey<String> coarse(String name, Duration unit, int min) {
        var count = ConfigType.integer(min, Integer.MAX_VALUE);
        return optional(
                name,
                new ConfigType<>(unit.equals(Duration.ofHours(1)) ? "hours" : "minutes", count.limits(), text -> {
                    int number = count.parser().apply(text);
                    return Long.toString(number < 0 ? number : number * unit.toMillis());
                }),
                "the same in a coarser unit; the finer one wins");
    }
}
