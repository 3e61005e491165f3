package io.kontiki.broker;

import static io.kontiki.broker.ConfigKey.dynamic;
import static io.kontiki.broker.ConfigKey.withDefault;

import io.kontiki.metadata.DynamicKey;
import java.time.Duration;
import java.util.List;

/** The keys that say how this broker coordinates consumer groups. */
final class GroupKeys {
    static final ConfigKey<Integer> OFFSETS_RETENTION_MINUTES = withDefault(
            DynamicKey.OFFSETS_RETENTION_MINUTES.key(),
            ConfigType.<Integer>dynamic(DynamicKey.OFFSETS_RETENTION_MINUTES, Integer::valueOf)
                    .in("minutes"),
            "10080",
            "Time after which a group that has no members, and commits nothing, is forgotten with its " + "offsets.");
    static final ConfigKey<Duration> SESSION_TIMEOUT_MS = withDefault(
            "group.consumer.session.timeout.ms",
            ConfigType.duration(Duration.ofSeconds(1), Duration.ofMinutes(30)),
            "10s",
            "Silence after which a member of a consumer group is fenced, where it asks for no other. "
                    + "Kafka's default is 45s.");
    static final ConfigKey<Duration> HEARTBEAT_INTERVAL_MS = withDefault(
            "group.consumer.heartbeat.interval.ms",
            ConfigType.duration(Duration.ofMillis(100), Duration.ofMinutes(5)),
            "3s",
            "How often a member says that it lives, but at least three times in its session time-out. "
                    + "Kafka's default is 5s.");
    static final ConfigKey<Duration> REBALANCE_TIMEOUT_MS = withDefault(
            "group.consumer.rebalance.timeout.ms",
            ConfigType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
            "60s",
            "How long a member may take to let go of partitions that go to another one, where it asks "
                    + "for no other.");
    static final ConfigKey<Integer> GROUP_MAX_SIZE = dynamic(
            DynamicKey.GROUP_MAX_SIZE,
            Integer::valueOf,
            "10000",
            "Most members of a group. A member that would take more than 768 KiB of the metadata with "
                    + "its subscription and its partitions, and one that would make the group larger than 16 "
                    + "MiB, is refused (`GROUP_FULL`).");

    /** In the order of the documentation. */
    static final List<ConfigKey<?>> ALL = List.of(
            OFFSETS_RETENTION_MINUTES, SESSION_TIMEOUT_MS, HEARTBEAT_INTERVAL_MS, REBALANCE_TIMEOUT_MS, GROUP_MAX_SIZE);

    private GroupKeys() {}
}
