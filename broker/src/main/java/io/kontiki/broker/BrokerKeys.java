package io.kontiki.broker;

import static io.kontiki.broker.ConfigKey.optional;
import static io.kontiki.broker.ConfigKey.withDefault;

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
            "number of this broker; unset, the one stored in the data directory, else 0 for a single node");
    static final ConfigKey<String> BROKER_RACK =
            optional("broker.rack", ConfigType.text(255), "where this broker stands");
    static final ConfigKey<String> CLUSTER_ID = optional(
            "cluster.id",
            ConfigType.identifier(64),
            "names the cluster, the same on all brokers; a single node draws one at its first start");
    static final ConfigKey<ListenAddress> LISTENERS =
            withDefault("listeners", ConfigType.listener(), "GRPC://:9392", "where clients and brokers connect");
    static final ConfigKey<Endpoint> ADVERTISED_LISTENERS = optional(
            "advertised.listeners",
            ConfigType.advertised(),
            "what others are told to connect to; unset, the listener, with this host's name if it is every interface");

    static final ConfigKey<List<Voter>> QUORUM_VOTERS = optional(
            "quorum.voters",
            ConfigType.list(Voter.TYPE, 5),
            "the 1, 3 or 5 brokers that hold the metadata; unset, this broker alone");
    static final ConfigKey<ListenAddress> QUORUM_LISTENER = optional(
            "quorum.listener",
            ConfigType.address(),
            "where the other voters connect; unset, every interface on this voter's port in quorum.voters, or any free "
                    + "port of the loopback interface for a single node");
    static final ConfigKey<MillisRange> QUORUM_ELECTION_TIMEOUT_MS = optional(
            "quorum.election.timeout.ms",
            MillisRange.TYPE,
            "silence after which a voter stands for election; unset, 300-500; the first"
                    + " at most a fifth of broker.session.timeout.ms");
    static final ConfigKey<List<Endpoint>> METADATA_BOOTSTRAP_SERVERS = optional(
            "metadata.bootstrap.servers",
            ConfigType.list(ConfigType.endpoint(), 32),
            "gRPC endpoints of some brokers, for one that quorum.voters does not name");

    static final ConfigKey<List<Path>> LOG_DIRS =
            withDefault("log.dirs", ConfigType.list(path(), 64), "data", "directories of all data");
    static final ConfigKey<Path> METADATA_LOG_DIR =
            optional("metadata.log.dir", path(), "the one of log.dirs with the metadata; unset, the first");
    static final ConfigKey<Integer> RECOVERY_THREADS = withDefault(
            "num.recovery.threads.per.data.dir",
            ConfigType.integer(1, 64),
            "2",
            "logs of one directory that are recovered at once after a crash");
    static final ConfigKey<Long> LOG_DIR_RESERVE_BYTES = optional(
            "log.dir.reserve.bytes",
            ConfigType.longSize(0),
            "free bytes of a directory below which nothing is appended there; unset, one segment and 64 MiB, but at"
                    + " most a twentieth of the disk");
    static final ConfigKey<Duration> LOG_DIR_TIMEOUT_MS = withDefault(
            "log.dir.timeout.ms",
            ConfigType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
            "20s",
            "how long one operation of a disk may take before the disk counts as hung");
    static final ConfigKey<Integer> NUM_PARTITIONS =
            withDefault("num.partitions", ConfigType.integer(1, 10_000), "1", "partitions of a topic by default");
    static final ConfigKey<Integer> DEFAULT_REPLICATION_FACTOR = withDefault(
            "default.replication.factor",
            replicationFactor(),
            "-1",
            "replicas of a topic by default; -1 is the number of brokers, but at most 3");
    static final ConfigKey<Integer> MIN_INSYNC_REPLICAS = optional(
            "min.insync.replicas",
            ConfigType.integer(1, Short.MAX_VALUE),
            "in-sync replicas that an acks=all write needs; unset, 2 where there are more than 2 replicas, else 1");
    static final ConfigKey<Integer> LOG_SEGMENT_BYTES = withDefault(
            "log.segment.bytes", ConfigType.size(1024, Integer.MAX_VALUE), "1GiB", "size at which a segment is full");
    static final ConfigKey<Integer> LOG_INDEX_INTERVAL_BYTES = withDefault(
            "log.index.interval.bytes",
            ConfigType.size(0, Integer.MAX_VALUE),
            "4KiB",
            "log bytes between two index entries");
    static final ConfigKey<FlushMode> FLUSH_MODE = withDefault(
            "flush.mode",
            ConfigType.choice(FlushMode.class),
            "ack",
            "ack: a write counts once forced to the disk; os: once given to the system");
    /** Of a record batch, whatever a topic or a broker is set to. */
    static final int BATCH_BYTES_MAX = 100 << 20;

    static final ConfigKey<Integer> MESSAGE_MAX_BYTES =
            withDefault("message.max.bytes", ConfigType.size(64, BATCH_BYTES_MAX), "1048588", "largest record batch");

    static final ConfigKey<Duration> REPLICA_LAG_TIME_MAX_MS = withDefault(
            "replica.lag.time.max.ms",
            ConfigType.duration(Duration.ofMillis(100), Duration.ofHours(1)),
            "10s",
            "how long a replica may lag before it leaves the ISR");
    static final ConfigKey<Duration> BROKER_HEARTBEAT_INTERVAL_MS = withDefault(
            "broker.heartbeat.interval.ms",
            ConfigType.duration(Duration.ofMillis(50), Duration.ofMinutes(1)),
            "500ms",
            "how often a broker tells the controller that it lives");
    static final ConfigKey<Duration> BROKER_SESSION_TIMEOUT_MS = withDefault(
            "broker.session.timeout.ms",
            ConfigType.duration(Duration.ofMillis(200), Duration.ofMinutes(5)),
            "3s",
            "silence after which a broker is fenced; at least twice the heartbeat interval");
    static final ConfigKey<IsolatedLeader> ISOLATED_LEADER = withDefault(
            "isolated.leader",
            ConfigType.choice(IsolatedLeader.class),
            "stop",
            "a leader that does not reach the controller: serve acks=all and committed reads, or stop");
    static final ConfigKey<Boolean> AUTO_LEADER_REBALANCE_ENABLE = withDefault(
            "auto.leader.rebalance.enable",
            ConfigType.bool(),
            "true",
            "the first of a partition's replicas leads it again by itself, once it is in sync");
    static final ConfigKey<Duration> AUTO_LEADER_REBALANCE_DELAY_MS = withDefault(
            "auto.leader.rebalance.delay.ms",
            ConfigType.duration(Duration.ZERO, Duration.ofDays(1)),
            "10s",
            "how long a broker must have been serving before");
    static final ConfigKey<Integer> LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS = withDefault(
            "leader.imbalance.check.interval.seconds",
            ConfigType.integer(1, 86_400),
            "5",
            "seconds from one look at the leaders to the next, each of which moves a few");
    static final ConfigKey<Boolean> CONTROLLED_SHUTDOWN_ENABLE = withDefault(
            "controlled.shutdown.enable", ConfigType.bool(), "true", "hand leaderships over before stopping");
    static final ConfigKey<Duration> CONTROLLED_SHUTDOWN_TIMEOUT_MS = withDefault(
            "controlled.shutdown.timeout.ms",
            ConfigType.duration(Duration.ZERO, Duration.ofHours(1)),
            "60s",
            "longest wait for that");
    static final ConfigKey<Integer> NUM_EVENT_LOOPS = optional(
            "num.event.loops",
            ConfigType.integer(1, 256),
            "threads that own the partitions; unset, one for each processor");

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

    /** Those of this class, of {@link LogKeys} and of {@link GroupKeys}. */
    static final List<ConfigKey<?>> ALL =
            Stream.of(OWN, LogKeys.ALL, GroupKeys.ALL).flatMap(List::stream).toList();

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
        return new ConfigType<>("the path of a directory", text -> {
            ConfigType.require(!text.isEmpty() && text.indexOf('\0') < 0);
            return Path.of(text).toAbsolutePath().normalize();
        });
    }

    private static ConfigType<Integer> replicationFactor() {
        return new ConfigType<>("-1 or a number from 1 to " + Short.MAX_VALUE, text -> {
            int value = ConfigType.integer(-1, Short.MAX_VALUE).parser().apply(text);
            ConfigType.require(value != 0);
            return value;
        });
    }
}
