package io.kontiki.broker;

import static io.kontiki.broker.ConfigKey.withDefault;

import java.time.Duration;
import java.util.List;

/** The keys that say how this broker coordinates consumer groups. */
final class GroupKeys {
    static final ConfigKey<Integer> OFFSETS_RETENTION_MINUTES = withDefault(
            "offsets.retention.minutes",
            ConfigType.integer(1, Integer.MAX_VALUE),
            "10080",
            "minutes after which a group without members and commits is forgotten, with its offsets");
    static final ConfigKey<Duration> SESSION_TIMEOUT_MS = withDefault(
            "group.consumer.session.timeout.ms",
            ConfigType.duration(Duration.ofSeconds(1), Duration.ofMinutes(30)),
            "10s",
            "silence after which a member of a group is fenced, where it asks for no other");
    static final ConfigKey<Duration> HEARTBEAT_INTERVAL_MS = withDefault(
            "group.consumer.heartbeat.interval.ms",
            ConfigType.duration(Duration.ofMillis(100), Duration.ofMinutes(5)),
            "3s",
            "how often a member says that it lives, but at least three times in its session time-out");
    static final ConfigKey<Duration> REBALANCE_TIMEOUT_MS = withDefault(
            "group.consumer.rebalance.timeout.ms",
            ConfigType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
            "60s",
            "how long a member may take to let go of partitions, where it asks for no other");
    static final ConfigKey<Integer> GROUP_MAX_SIZE =
            withDefault("group.max.size", ConfigType.integer(1, 10_000), "10000", "most members of a group");

    /** In the order of the documentation. */
    static final List<ConfigKey<?>> ALL = List.of(
            OFFSETS_RETENTION_MINUTES, SESSION_TIMEOUT_MS, HEARTBEAT_INTERVAL_MS, REBALANCE_TIMEOUT_MS, GROUP_MAX_SIZE);

    private GroupKeys() {}
}
