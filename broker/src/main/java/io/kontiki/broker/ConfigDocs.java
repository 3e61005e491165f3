package io.kontiki.broker;

import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.TopicConfigKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The reference of the configuration: the tables that the broker itself reads by, in words. Any thread. */
public final class ConfigDocs {
    /**
     * One key.
     *
     * @param otherNames that it has in Kafka, too
     * @param variable of the environment that sets it; empty for a topic's key
     * @param defaultText the value if nothing sets it; empty if {@code doc} says what it is then
     * @param unit of a plain number; empty if it is none, or counts things
     * @param limits what is allowed, in words that fit after "must be"
     * @param dynamic whether a change takes effect while brokers run
     * @param ownName whether Kafka has no such key
     * @param doc what it is for, with links as in the folder of the documentation
     */
    public record Key(
            String name,
            List<String> otherNames,
            Optional<String> variable,
            Optional<String> defaultText,
            String unit,
            String limits,
            boolean dynamic,
            boolean ownName,
            String doc) {}

    private static final Set<String> OWN_NAMES = Set.of(
            "cluster.id",
            "quorum.voters",
            "quorum.listener",
            "quorum.election.timeout.ms",
            "metadata.bootstrap.servers",
            "log.dir.reserve.bytes",
            "log.dir.timeout.ms",
            "log.scrub.interval.ms",
            "log.scrub.io.max.bytes.per.second",
            "flush.mode",
            "isolated.leader",
            "auto.leader.rebalance.delay.ms",
            "controlled.shutdown.timeout.ms",
            "http.listener",
            "metrics.partitions",
            "metrics.groups",
            "num.event.loops",
            "group.consumer.rebalance.timeout.ms");

    /** What topics get where neither their creator nor the broker says anything. */
    private static final Map<ConfigKey<?>, String> TOPIC_DEFAULTS = LogKeys.TOPIC_DEFAULTS.stream()
            .collect(Collectors.toMap(
                    each -> each.keys().get(0), each -> each.topicKey().defaultValue()));

    private ConfigDocs() {}

    /** Of a broker, in the order of the documentation. What is not dynamic is read at the start. */
    public static List<Key> broker() {
        return BrokerKeys.ALL.stream().map(ConfigDocs::key).toList();
    }

    /** Of a topic, by name. */
    public static List<Key> topic() {
        return Arrays.stream(TopicConfigKey.values()).map(ConfigDocs::key).toList();
    }

    private static Key key(ConfigKey<?> key) {
        var otherNames = BrokerKeys.ALIASES.entrySet().stream()
                .filter(alias -> alias.getValue().equals(key))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        return new Key(
                key.name(),
                otherNames,
                Optional.of(key.environmentName()),
                key.defaultText().or(() -> Optional.ofNullable(TOPIC_DEFAULTS.get(key))),
                key.type().unit(),
                key.type().limits(),
                DynamicKey.find(key.name()).isPresent(),
                OWN_NAMES.contains(key.name()),
                sentence(key.doc()));
    }

    private static Key key(TopicConfigKey key) {
        boolean hasDefault = !key.defaultValue().isEmpty();
        return new Key(
                key.key(),
                List.of(),
                Optional.empty(),
                Optional.of(key.defaultValue()).filter(text -> hasDefault),
                ConfigType.unit(key.unit()),
                key.limits(),
                true,
                OWN_NAMES.contains(key.key()),
                sentence(key.description())
                        + (hasDefault ? "" : " Unset, 2 where the replication factor is above 2, else 1."));
    }

    private static String sentence(String text) {
        // A value that is explained stays as it is written.
        boolean value = text.startsWith("`") || text.matches("(?s)\\w+: .*");
        return (value ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1))
                + (text.endsWith(".") ? "" : ".");
    }
}
