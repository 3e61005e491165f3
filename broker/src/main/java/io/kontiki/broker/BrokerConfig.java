package io.kontiki.broker;

import io.kontiki.broker.ConfigReader.Setting;
import io.kontiki.controller.ControllerConfig;
import io.kontiki.group.GroupSettings;
import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.TopicConfigKey;
import io.kontiki.replication.IsolatedLeader;
import io.kontiki.service.LiveLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** The configuration of one broker, checked: what it returns is within its limits. Immutable. */
public final class BrokerConfig {
    /** The cluster.id in the file that the distribution brings. */
    static final String DEFAULT = "default";

    /** Room in a gRPC message beside the record batch. */
    static final int REQUEST_OVERHEAD_BYTES = 64 << 10;
    /** What brokers tell the controller, up to 10,000 partitions at once, must fit however small the batches are. */
    private static final int REQUEST_BYTES_MIN = 1 << 20;

    private static final long RESERVE_MARGIN_BYTES = 64L << 20;
    private static final long RESERVE_SHARE = 20;

    private final Map<ConfigKey<?>, Setting<?>> settings;

    private final List<String> warnings;

    private BrokerConfig(Map<ConfigKey<?>, Setting<?>> settings, List<String> warnings) {
        this.settings = Map.copyOf(settings);
        this.warnings = warnings;
    }

    /** @throws ConfigException naming every unknown key and every value that is not allowed */
    public static BrokerConfig load(ConfigSources sources) {
        var reading = ConfigReader.read(sources);
        var config = new BrokerConfig(reading.settings(), reading.warnings());
        var problems = ConfigContradictions.of(config);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    /** Settings by key, the rest by default; as for {@link #load}. */
    public static BrokerConfig of(Map<String, String> settings) {
        return load(ConfigSources.of(settings));
    }

    /**
     * With dynamic configuration over what was read at the start. Dynamic keys are bound to no others, so that nothing can
     * contradict. What this version does not know, or does not allow, is passed over: a later one may have set it.
     *
     * @param origin of the values
     * @param problems told of values that are allowed and cannot be read: they are passed over, too, as a broker must not
     *     end of what somebody set for it
     */
    BrokerConfig with(Map<String, String> dynamic, String origin, Consumer<ConfigException> problems) {
        var changed = new HashMap<>(settings);
        for (var known : DynamicKey.values()) {
            known.in(dynamic).ifPresent(value -> {
                var key = BrokerKeys.find(known.key()).orElseThrow();
                try {
                    changed.put(key, ConfigReader.setting(key, value, origin));
                } catch (ConfigException e) {
                    problems.accept(e);
                }
            });
        }
        return new BrokerConfig(changed, warnings);
    }

    /** What was set, as {@code key=value (origin)}, without defaults. */
    public List<String> explicitSettings() {
        return settings.values().stream()
                .filter(setting -> !setting.origin().equals(DEFAULT))
                .map(setting -> setting.key().name() + "=" + setting.text() + " (" + setting.origin() + ")")
                .sorted()
                .toList();
    }

    /**
     * A key with what counts.
     *
     * @param value as written, with references and units; empty if nothing is set and there is no default
     * @param origin {@code default}, {@code --set}, or the file or variable; {@code derived} if there is no value
     */
    public record Effective(String key, Optional<String> value, String origin) {
        boolean isDefault() {
            return value.isEmpty() || origin.equals(DEFAULT);
        }
    }

    /** Every key, in the order of the documentation. */
    public List<Effective> effective() {
        return BrokerKeys.ALL.stream().map(this::effective).toList();
    }

    private Effective effective(ConfigKey<?> key) {
        var setting = settings.get(key);
        return setting == null
                ? LogKeys.topicDefault(key)
                        .map(topicDefault -> unset(key, topicDefault))
                        .orElseGet(() -> new Effective(key.name(), Optional.empty(), "derived"))
                : new Effective(key.name(), Optional.of(setting.text()), setting.origin());
    }

    /** A coarser unit counts if that is set, else what topics get anyway. */
    private Effective unset(ConfigKey<?> key, LogKeys.TopicDefault topicDefault) {
        return topicDefault.keys().stream()
                .flatMap(coarser -> Optional.<Setting<?>>ofNullable(settings.get(coarser)).stream())
                .findFirst()
                .map(set -> new Effective(
                        key.name(),
                        Optional.of(set.value().toString()),
                        set.key().name() + " of " + set.origin()))
                .orElseGet(() -> new Effective(
                        key.name(), Optional.of(topicDefault.topicKey().defaultValue()), DEFAULT));
    }

    /** What was set and has no effect: one sentence each. */
    public List<String> warnings() {
        return warnings;
    }

    public OptionalInt brokerId() {
        return find(BrokerKeys.BROKER_ID).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    public Optional<String> rack() {
        return find(BrokerKeys.BROKER_RACK);
    }

    public Optional<String> clusterId() {
        return find(BrokerKeys.CLUSTER_ID);
    }

    public ListenAddress listener() {
        return get(BrokerKeys.LISTENERS);
    }

    /** Where metrics and health are read; empty for nowhere. */
    public Optional<ListenAddress> httpListener() {
        return get(HttpKeys.LISTENER);
    }

    PartitionSeries partitionSeries() {
        return get(HttpKeys.METRICS_PARTITIONS);
    }

    /** Whether consumer groups have series of their own in the metrics. */
    boolean groupSeries() {
        return get(HttpKeys.METRICS_GROUPS);
    }

    /** Unset, it is derived from the listener once that is bound. */
    public Optional<Endpoint> advertisedListener() {
        return find(BrokerKeys.ADVERTISED_LISTENERS);
    }

    /** Empty for a single node. */
    public List<Voter> voters() {
        return find(BrokerKeys.QUORUM_VOTERS).orElse(List.of());
    }

    public Optional<ListenAddress> quorumListener() {
        return find(BrokerKeys.QUORUM_LISTENER);
    }

    public Optional<MillisRange> quorumElectionTimeout() {
        return find(BrokerKeys.QUORUM_ELECTION_TIMEOUT_MS);
    }

    /** Where to ask for metadata, if this broker is no voter. */
    public List<Endpoint> metadataBootstrapServers() {
        return find(BrokerKeys.METADATA_BOOTSTRAP_SERVERS).orElse(List.of());
    }

    /** Whether the port of the quorum's listener is the same at each start, so that others may know it. */
    public boolean hasFixedQuorumListener() {
        return quorumListener().map(address -> address.port() != 0).orElse(outsideQuorum() || !voters().isEmpty());
    }

    /**
     * Whether this broker joins a quorum that others form, with or without a vote: it has been told whom to ask, and
     * {@code quorum.voters}, which all brokers may have the same, does not name it.
     */
    public boolean outsideQuorum() {
        return !metadataBootstrapServers().isEmpty() && !isFounder();
    }

    private boolean isFounder() {
        return brokerId().isPresent()
                && voters().stream()
                        .anyMatch(voter -> voter.brokerId() == brokerId().getAsInt());
    }

    /** Absolute and normalized. */
    public List<Path> logDirs() {
        return get(BrokerKeys.LOG_DIRS);
    }

    /** One of {@link #logDirs}, or one beside them. */
    public Path metadataLogDir() {
        return find(BrokerKeys.METADATA_LOG_DIR).orElseGet(() -> logDirs().get(0));
    }

    /** How long an operation of a disk may take before the disk counts as hung. */
    public Duration logDirTimeout() {
        return get(BrokerKeys.LOG_DIR_TIMEOUT_MS);
    }

    public int recoveryThreadsPerDir() {
        return get(BrokerKeys.RECOVERY_THREADS);
    }

    /**
     * Bytes that shall stay free in a directory. The usual reserve is a segment, which compaction may need to make room,
     * and something for checkpoints; small disks keep a twentieth.
     *
     * @param totalBytes what its file system can hold; 0 if that is not known
     */
    long logDirReserveBytes(long totalBytes) {
        long usual = get(BrokerKeys.LOG_SEGMENT_BYTES) + RESERVE_MARGIN_BYTES;
        return find(BrokerKeys.LOG_DIR_RESERVE_BYTES)
                .orElse(totalBytes == 0 ? usual : Math.min(usual, totalBytes / RESERVE_SHARE));
    }

    public int numPartitions() {
        return get(BrokerKeys.NUM_PARTITIONS);
    }

    /** -1 for the number of brokers, but at most 3. */
    public int defaultReplicationFactor() {
        return get(BrokerKeys.DEFAULT_REPLICATION_FACTOR);
    }

    public int messageMaxBytes() {
        return get(BrokerKeys.MESSAGE_MAX_BYTES);
    }

    /** Largest gRPC message taken. */
    public int requestMaxBytes() {
        return Math.max(messageMaxBytes(), REQUEST_BYTES_MIN) + REQUEST_OVERHEAD_BYTES;
    }

    public FlushMode flushMode() {
        return get(BrokerKeys.FLUSH_MODE);
    }

    public Duration replicaLagTimeMax() {
        return get(BrokerKeys.REPLICA_LAG_TIME_MAX_MS);
    }

    public Duration heartbeatInterval() {
        return get(BrokerKeys.BROKER_HEARTBEAT_INTERVAL_MS);
    }

    public Duration sessionTimeout() {
        return get(BrokerKeys.BROKER_SESSION_TIMEOUT_MS);
    }

    /** What a leader does while it does not reach the controller. */
    public IsolatedLeader isolatedLeader() {
        return get(BrokerKeys.ISOLATED_LEADER);
    }

    /** How the controller here gives leadership back to preferred replicas. */
    ControllerConfig.Rebalance leaderRebalance() {
        return new ControllerConfig.Rebalance(
                get(BrokerKeys.AUTO_LEADER_REBALANCE_ENABLE),
                Duration.ofSeconds(get(BrokerKeys.LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS))
                        .toMillis(),
                get(BrokerKeys.AUTO_LEADER_REBALANCE_DELAY_MS).toMillis());
    }

    /** Longest wait for leaderships to be handed over at stop; zero for none. */
    public Duration controlledShutdownTimeout() {
        return get(BrokerKeys.CONTROLLED_SHUTDOWN_ENABLE)
                ? get(BrokerKeys.CONTROLLED_SHUTDOWN_TIMEOUT_MS)
                : Duration.ZERO;
    }

    public Duration retentionCheckInterval() {
        return get(LogKeys.RETENTION_CHECK_INTERVAL_MS);
    }

    public int cleanerThreads() {
        return get(LogKeys.CLEANER_THREADS);
    }

    /** Memory that all cleaner threads share for the keys of what they compact. */
    public long cleanerDedupeBufferBytes() {
        return get(LogKeys.CLEANER_DEDUPE_BUFFER_SIZE);
    }

    /** What all cleaner threads together may read and write; the greatest number for no limit. */
    public long cleanerBytesPerSecondMax() {
        return get(LogKeys.CLEANER_IO_MAX_BYTES_PER_SECOND);
    }

    /** How long the cleaner rests when no log needs it. */
    public Duration cleanerBackoff() {
        return get(LogKeys.CLEANER_BACKOFF_MS);
    }

    /** How often each sealed segment is read and its checksums compared. */
    public Duration scrubInterval() {
        return get(LogKeys.SCRUB_INTERVAL_MS);
    }

    public long scrubBytesPerSecondMax() {
        return get(LogKeys.SCRUB_IO_MAX_BYTES_PER_SECOND);
    }

    /** What moving logs between directories may copy. */
    public long moveBytesPerSecondMax() {
        return get(LogKeys.MOVE_IO_MAX_BYTES_PER_SECOND);
    }

    /** What may change while the data plane runs. */
    LiveLimits liveLimits() {
        return new LiveLimits(
                cleanerBytesPerSecondMax(),
                scrubBytesPerSecondMax(),
                moveBytesPerSecondMax(),
                groups().offsetsRetentionMillis(),
                groups().membersMax());
    }

    /** What this broker gives and allows to consumer groups. */
    public GroupSettings groups() {
        return new GroupSettings(
                Duration.ofMinutes(get(GroupKeys.OFFSETS_RETENTION_MINUTES)).toMillis(),
                Math.toIntExact(get(GroupKeys.SESSION_TIMEOUT_MS).toMillis()),
                Math.toIntExact(get(GroupKeys.HEARTBEAT_INTERVAL_MS).toMillis()),
                Math.toIntExact(get(GroupKeys.REBALANCE_TIMEOUT_MS).toMillis()),
                get(GroupKeys.GROUP_MAX_SIZE),
                Math.toIntExact(sessionTimeout().toMillis()));
    }

    public int eventLoops() {
        return find(BrokerKeys.NUM_EVENT_LOOPS)
                .orElseGet(() -> Runtime.getRuntime().availableProcessors());
    }

    /**
     * Configuration that topics made through this broker get where their creator says nothing: the broker's values that
     * differ from the defaults of {@link io.kontiki.metadata.TopicConfig}. It is written into the topic, because all
     * brokers must agree on it (rule M7).
     */
    public Map<String, String> topicConfigs() {
        var configs = new LinkedHashMap<String, String>();
        find(BrokerKeys.MIN_INSYNC_REPLICAS)
                .ifPresent(value -> put(configs, TopicConfigKey.MIN_INSYNC_REPLICAS, value));
        put(configs, TopicConfigKey.SEGMENT_BYTES, get(BrokerKeys.LOG_SEGMENT_BYTES));
        put(configs, TopicConfigKey.INDEX_INTERVAL_BYTES, get(BrokerKeys.LOG_INDEX_INTERVAL_BYTES));
        put(configs, TopicConfigKey.FLUSH_MODE, flushMode().name().toLowerCase(Locale.ROOT));
        put(configs, TopicConfigKey.MAX_MESSAGE_BYTES, messageMaxBytes());
        LogKeys.TOPIC_DEFAULTS.forEach(
                topicDefault -> valueOf(topicDefault).ifPresent(value -> put(configs, topicDefault.topicKey(), value)));
        return Map.copyOf(configs);
    }

    /** The first key of the list that is set wins: units from fine to coarse. */
    private Optional<String> valueOf(LogKeys.TopicDefault topicDefault) {
        return topicDefault.keys().stream().flatMap(key -> find(key).stream()).findFirst();
    }

    private static void put(Map<String, String> configs, TopicConfigKey key, Object value) {
        if (!value.toString().equals(key.defaultValue())) {
            configs.put(key.key(), value.toString());
        }
    }

    /** Whether some of its value stands elsewhere: what that gives is not shown. */
    boolean refers(ConfigKey<?> key) {
        return Optional.ofNullable(settings.get(key))
                .filter(setting -> setting.text().contains("${"))
                .isPresent();
    }

    <T> T get(ConfigKey<T> key) {
        return find(key).orElseThrow(() -> new AssertionError(key.name() + " has no default"));
    }

    @SuppressWarnings("unchecked") // Each key is stored with a setting of its own type.
    private <T> Optional<T> find(ConfigKey<T> key) {
        return Optional.ofNullable((Setting<T>) settings.get(key)).map(Setting::value);
    }
}
