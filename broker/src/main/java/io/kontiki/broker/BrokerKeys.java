package io.kontiki.broker;

import static io.kontiki.broker.ConfigKey.dynamic;
import static io.kontiki.broker.ConfigKey.optional;
import static io.kontiki.broker.ConfigKey.withDefault;

import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.FlushMode;
import io.kontiki.replication.IsolatedLeader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Every key of the broker's configuration, named as Kafka names it where the meaning is Kafka's. */
final class BrokerKeys {

    static final ConfigKey<Integer> BROKER_ID = optional(
            "broker.id",
            ConfigType.integer(0, Integer.MAX_VALUE),
            "Number of this broker. Unset, the one stored in the data directory, else 0 for a single "
                    + "node; needed where there are others.");
    static final ConfigKey<String> BROKER_RACK = optional(
            "broker.rack",
            ConfigType.text(255),
            "Where this broker stands. Replicas of a partition go to different racks.");
    static final ConfigKey<String> CLUSTER_ID = optional(
            "cluster.id",
            ConfigType.identifier(64),
            "Names the cluster, the same on all brokers. Needed where there are others "
                    + "([why](decisions/0003-cluster-id-is-configured.md)); a single node draws one at its "
                    + "first start.");
    static final ConfigKey<ListenAddress> LISTENERS =
            withDefault("listeners", ConfigType.listener(), "GRPC://:9392", "Where clients and brokers connect.");
    static final ConfigKey<Endpoint> ADVERTISED_LISTENERS = optional(
            "advertised.listeners",
            ConfigType.advertised(),
            "What others are told to connect to. Unset, the listener, with this host's name if it is "
                    + "every interface.");

    static final ConfigKey<List<Voter>> QUORUM_VOTERS = optional(
            "quorum.voters",
            ConfigType.list(Voter.TYPE, 5),
            "The brokers that form the metadata quorum, 1, 3 or 5, all of which must be there once; "
                    + "the same on all of them. Unset, this broker alone. Once the quorum is formed, what is "
                    + "stored counts ([operations](operations.md#the-metadata-quorum)).");
    static final ConfigKey<ListenAddress> QUORUM_LISTENER = optional(
            "quorum.listener",
            ConfigType.address(),
            "Where voters connect, while this broker votes. Unset, every interface, on this voter's "
                    + "port in `quorum.voters`, or 9393 with `metadata.bootstrap.servers`; any free port of the "
                    + "loopback interface for a single node.");
    static final ConfigKey<MillisRange> QUORUM_ELECTION_TIMEOUT_MS = optional(
            "quorum.election.timeout.ms",
            MillisRange.TYPE,
            "Silence after which a voter stands for election. Unset, 300-500. It begins at a fifth of "
                    + "`broker.session.timeout.ms` or less.");
    static final ConfigKey<List<Endpoint>> METADATA_BOOTSTRAP_SERVERS = optional(
            "metadata.bootstrap.servers",
            ConfigType.list(ConfigType.endpoint(), 32),
            "gRPC addresses of some brokers, for one that joins a quorum which others form, with or "
                    + "without a vote: it finds the voters from there. All brokers may have it beside "
                    + "`quorum.voters`: those that `quorum.voters` names form the quorum, all others join it.");

    static final ConfigKey<List<Path>> LOG_DIRS = withDefault(
            "log.dirs",
            ConfigType.list(path(), 64),
            "data",
            "The directories of all data, one for each disk. A new partition goes to the one with the "
                    + "fewest ([operations](operations.md#disks)).");
    static final ConfigKey<Path> METADATA_LOG_DIR = optional(
            "metadata.log.dir",
            path(),
            "The directory of the metadata log: one of its own beside `log.dirs`, or one of them; "
                    + "unset, the first. The broker cannot be without it.");
    static final ConfigKey<Integer> RECOVERY_THREADS = withDefault(
            "num.recovery.threads.per.data.dir",
            ConfigType.integer(1, 64),
            "2",
            "Logs of one directory that are recovered at once at the start.");
    static final ConfigKey<Long> LOG_DIR_RESERVE_BYTES = optional(
            "log.dir.reserve.bytes",
            ConfigType.longSize(0),
            "While less is free in a directory, nothing is appended there. Unset, a segment and 64 "
                    + "MiB, but at most 5 % of the disk.");
    static final ConfigKey<Duration> LOG_DIR_TIMEOUT_MS = withDefault(
            "log.dir.timeout.ms",
            ConfigType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
            "20s",
            "How long one operation of a disk may take before the disk counts as hung "
                    + "([operations](operations.md#disks)). Raise it where a flush of a whole segment may take "
                    + "longer, as on a slow disk with `flush.mode=os`.");
    static final ConfigKey<Integer> NUM_PARTITIONS = dynamic(
            DynamicKey.NUM_PARTITIONS, Integer::valueOf, "1", "Partitions of a topic whose creator does not say.");
    static final ConfigKey<Integer> DEFAULT_REPLICATION_FACTOR = dynamic(
            DynamicKey.DEFAULT_REPLICATION_FACTOR,
            Integer::valueOf,
            "-1",
            "Its replicas; -1 is the number of brokers, but at most 3.");
    static final ConfigKey<Integer> MIN_INSYNC_REPLICAS = optional(
            "min.insync.replicas",
            ConfigType.integer(1, Short.MAX_VALUE),
            "In-sync replicas that an `acks=all` write needs. Unset, 2 where there are more than 2 "
                    + "replicas, else 1.");
    static final ConfigKey<Integer> LOG_SEGMENT_BYTES = withDefault(
            "log.segment.bytes", ConfigType.size(1024, Integer.MAX_VALUE), "1GiB", "Size at which a segment is full.");
    static final ConfigKey<Integer> LOG_INDEX_INTERVAL_BYTES = withDefault(
            "log.index.interval.bytes",
            ConfigType.size(0, Integer.MAX_VALUE),
            "4KiB",
            "Log bytes between two index entries.");
    static final ConfigKey<FlushMode> FLUSH_MODE = withDefault(
            "flush.mode",
            ConfigType.choice(FlushMode.class),
            "ack",
            "`ack`: a write counts once forced to the disk; `os`: once given to the system "
                    + "([durability](durability.md)).");
    /** Of a record batch, whatever a topic or a broker is set to. */
    static final int BATCH_BYTES_MAX = 100 << 20;

    static final ConfigKey<Integer> MESSAGE_MAX_BYTES = withDefault(
            "message.max.bytes",
            ConfigType.size(64, BATCH_BYTES_MAX),
            "1048588",
            "Largest record batch: 1 MiB of record and 12 bytes. Of clients alone: brokers replicate "
                    + "what another one took.");

    static final ConfigKey<Duration> REPLICA_LAG_TIME_MAX_MS = withDefault(
            "replica.lag.time.max.ms",
            ConfigType.duration(Duration.ofMillis(100), Duration.ofHours(1)),
            "10s",
            "How long a replica may lag before it leaves the in-sync replicas.");
    static final ConfigKey<Duration> BROKER_HEARTBEAT_INTERVAL_MS = withDefault(
            "broker.heartbeat.interval.ms",
            ConfigType.duration(Duration.ofMillis(50), Duration.ofMinutes(1)),
            "500ms",
            "How often a broker tells the controller that it lives.");
    static final ConfigKey<Duration> BROKER_SESSION_TIMEOUT_MS = withDefault(
            "broker.session.timeout.ms",
            ConfigType.duration(Duration.ofMillis(200), Duration.ofMinutes(5)),
            "3s",
            "Silence after which a broker is fenced; at least twice the heartbeat interval, and the "
                    + "same on all brokers. A process that is gone is noticed at once.");
    static final ConfigKey<IsolatedLeader> ISOLATED_LEADER = withDefault(
            "isolated.leader",
            ConfigType.choice(IsolatedLeader.class),
            "stop",
            "What a leader does that has not reached the controller for 0.8 of a session: `serve` "
                    + "goes on with `acks=all` and reads of committed records, `stop` refuses them too "
                    + "(`LEASE_EXPIRED`). Appends with `acks=0` and `1`, and latest offsets, are refused either "
                    + "way.");
    static final ConfigKey<Boolean> AUTO_LEADER_REBALANCE_ENABLE = dynamic(
            DynamicKey.AUTO_LEADER_REBALANCE_ENABLE,
            Boolean::valueOf,
            "true",
            "The first of a partition's replicas leads it again by itself once it is in sync, so that "
                    + "a restarted broker gets its share back.");
    static final ConfigKey<Duration> AUTO_LEADER_REBALANCE_DELAY_MS = withDefault(
            "auto.leader.rebalance.delay.ms",
            ConfigType.duration(Duration.ZERO, Duration.ofDays(1)),
            "10s",
            "How long a broker must have been serving before.");
    static final ConfigKey<Integer> LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS = withDefault(
            "leader.imbalance.check.interval.seconds",
            ConfigType.integer(1, 86_400).in("seconds"),
            "5",
            "From one look at the leaders to the next. Each look moves 20 partitions at most, so that "
                    + "their producers hardly notice. Kafka's default is 300, and it moves all at once.");
    static final ConfigKey<Boolean> CONTROLLED_SHUTDOWN_ENABLE = withDefault(
            "controlled.shutdown.enable", ConfigType.bool(), "true", "Hand leaderships over before stopping.");
    static final ConfigKey<Duration> CONTROLLED_SHUTDOWN_TIMEOUT_MS = withDefault(
            "controlled.shutdown.timeout.ms",
            ConfigType.duration(Duration.ZERO, Duration.ofHours(1)),
            "60s",
            "Longest wait for that.");
    static final ConfigKey<Integer> NUM_EVENT_LOOPS = optional(
            "num.event.loops",
            ConfigType.integer(1, 256),
            "Threads that own the partitions; unset, one for each processor.");

    private static final List<ConfigKey<?>> OWN = List.of(
            BROKER_ID,
            BROKER_RACK,
            CLUSTER_ID,
            LISTENERS,
            ADVERTISED_LISTENERS,
            QUORUM_VOTERS,
            QUORUM_LISTENER,
            QUORUM_ELECTION_TIMEOUT_MS,
            METADATA_BOOTSTRAP_SERVERS,
            LOG_DIRS,
            METADATA_LOG_DIR,
            RECOVERY_THREADS,
            LOG_DIR_RESERVE_BYTES,
            LOG_DIR_TIMEOUT_MS,
            NUM_PARTITIONS,
            DEFAULT_REPLICATION_FACTOR,
            MIN_INSYNC_REPLICAS,
            LOG_SEGMENT_BYTES,
            LOG_INDEX_INTERVAL_BYTES,
            FLUSH_MODE,
            MESSAGE_MAX_BYTES,
            REPLICA_LAG_TIME_MAX_MS,
            BROKER_HEARTBEAT_INTERVAL_MS,
            BROKER_SESSION_TIMEOUT_MS,
            ISOLATED_LEADER,
            AUTO_LEADER_REBALANCE_ENABLE,
            AUTO_LEADER_REBALANCE_DELAY_MS,
            LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS,
            CONTROLLED_SHUTDOWN_ENABLE,
            CONTROLLED_SHUTDOWN_TIMEOUT_MS,
            NUM_EVENT_LOOPS);

    /** Those of this class, of {@link LogKeys}, {@link GroupKeys} and {@link HttpKeys}. */
    static final List<ConfigKey<?>> ALL = Stream.of(OWN, LogKeys.ALL, GroupKeys.ALL, HttpKeys.ALL)
            .flatMap(List::stream)
            .toList();

    /** Other names that Kafka has for some. */
    static final Map<String, ConfigKey<?>> ALIASES = Map.of("log.dir", LOG_DIRS, "node.id", BROKER_ID);

    private BrokerKeys() {}

    /** Of all keys, without the other names. */
    static List<String> names() {
        return ALL.stream().map(ConfigKey::name).toList();
    }

    static Optional<ConfigKey<?>> find(String name) {
        if (ALIASES.containsKey(name)) {
            return Optional.of(ALIASES.get(name));
        }
        for (var key : ALL) {
            if (key.name().equals(name)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    private static ConfigType<Path> path() {
        return new ConfigType<>("the path of a directory without control characters", text -> {
            ConfigType.require(!text.isEmpty() && text.chars().noneMatch(Character::isISOControl));
            return Path.of(text).toAbsolutePath().normalize();
        });
    }
}
