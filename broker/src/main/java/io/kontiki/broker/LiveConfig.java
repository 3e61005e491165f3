package io.kontiki.broker;

import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import io.kontiki.metadata.NearestKey;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.proto.v1.BrokerConfigEntry;
import io.kontiki.proto.v1.ConfigSource;
import io.kontiki.service.ConfigGrpcService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration of this broker as it is now: what it read at the start, under what the image has for the cluster and for
 * this broker (KIP-226). Any thread.
 */
final class LiveConfig implements MetadataPublisher, ConfigGrpcService.Settings {
    private static final Logger LOG = LoggerFactory.getLogger(LiveConfig.class);

    /** @param set what the image has */
    private record State(ConfigsImage set, BrokerConfig config) {}

    private final BrokerConfig atStart;
    private final int brokerId;
    private final Consumer<BrokerConfig> listener;
    private volatile State state;

    /** @param listener told of each change; must not block */
    LiveConfig(BrokerConfig atStart, int brokerId, Consumer<BrokerConfig> listener) {
        this.atStart = atStart;
        this.brokerId = brokerId;
        this.listener = listener;
        this.state = new State(ConfigsImage.EMPTY, atStart);
    }

    /** What counts now. */
    BrokerConfig now() {
        return state.config();
    }

    @Override
    public void onMetadata(MetadataDelta delta, MetadataImage image) {
        var changed = delta.changedConfigs();
        if (!changed.contains(ConfigsImage.CLUSTER) && !changed.contains(brokerId)) {
            return;
        }
        var before = state;
        var after = new State(
                image.configs(),
                atStart.with(image.configs().cluster(), "set for the cluster", LiveConfig::warn)
                        .with(image.configs().of(brokerId), "set for broker " + brokerId, LiveConfig::warn));
        state = after;
        var differences = differences(before.config(), after.config());
        if (!differences.isEmpty()) {
            LOG.info(
                    "Configuration at metadata index {}: {}", image.position().index(), String.join(", ", differences));
            listener.accept(after.config());
        }
    }

    private static void warn(ConfigException problem) {
        LOG.warn("Passed over: {}", problem.getMessage());
    }

    private static List<String> differences(BrokerConfig before, BrokerConfig after) {
        var differences = new ArrayList<String>();
        var old = before.effective();
        var now = after.effective();
        for (int i = 0; i < now.size(); i++) {
            if (!now.get(i).equals(old.get(i))) {
                var value = now.get(i);
                differences.add(value.key() + "=" + value.value().orElse("") + " (" + value.origin() + ")");
            }
        }
        return differences;
    }

    @Override
    public List<BrokerConfigEntry> entries() {
        var now = state;
        return now.config().effective().stream()
                .map(effective -> entry(effective, now.set()))
                .toList();
    }

    private BrokerConfigEntry entry(BrokerConfig.Effective effective, ConfigsImage set) {
        var key = DynamicKey.find(effective.key());
        var entry = BrokerConfigEntry.newBuilder()
                .setKey(effective.key())
                .setSource(source(effective, key, set))
                .setOrigin(effective.origin())
                .setDynamic(key.isPresent());
        effective.value().ifPresent(entry::setValue);
        return entry.build();
    }

    private ConfigSource source(BrokerConfig.Effective effective, Optional<DynamicKey> key, ConfigsImage set) {
        if (key.flatMap(known -> known.in(set.of(brokerId))).isPresent()) {
            return ConfigSource.CONFIG_SOURCE_BROKER;
        }
        if (key.flatMap(known -> known.in(set.cluster())).isPresent()) {
            return ConfigSource.CONFIG_SOURCE_CLUSTER;
        }
        return effective.isDefault() ? ConfigSource.CONFIG_SOURCE_DEFAULT : ConfigSource.CONFIG_SOURCE_FILE;
    }

    @Override
    public Optional<String> unknown(String key) {
        if (BrokerKeys.ALIASES.containsKey(key)) {
            return Optional.of("config " + key + " is another name of "
                    + BrokerKeys.ALIASES.get(key).name());
        }
        if (BrokerKeys.find(key).isPresent()) {
            return Optional.empty();
        }
        if (TopicConfig.problemOfKey(key).isEmpty()) {
            return Optional.of("config " + key + " is a key of topics, not of brokers: see kontiki topic alter");
        }
        var hint = NearestKey.nearest(key, BrokerKeys.names())
                .map(nearest -> "; did you mean " + nearest + "?")
                .orElse("");
        return Optional.of("config \"" + Excerpt.of(key) + "\" is unknown" + hint);
    }
}
