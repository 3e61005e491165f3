package io.kontiki.broker;

import static io.kontiki.broker.ConfigKey.withDefault;

import java.util.List;
import java.util.Optional;

/** What the HTTP endpoint listens on and tells. */
final class HttpKeys {
    static final String OFF = "off";

    static final ConfigKey<Optional<ListenAddress>> LISTENER = withDefault(
            "http.listener",
            new ConfigType<>(
                    "host:port with a port from 0 to 65535, or off; an empty host is every interface",
                    text -> text.equals(OFF)
                            ? Optional.empty()
                            : Optional.of(ConfigType.address().parser().apply(text))),
            ":9394",
            "Where [metrics](metrics.md) and [health](operations.md#health) are read over HTTP. Nothing can be "
                    + "changed there, and nobody is asked who they are: let only who watches reach it.");

    static final ConfigKey<PartitionSeries> METRICS_PARTITIONS = withDefault(
            "metrics.partitions",
            ConfigType.choice(PartitionSeries.class),
            "true",
            "Replicas that have series of their own in the "
                    + "[metrics](metrics.md#replicas-of-this-broker): all, those that this broker leads, or none.");

    static final ConfigKey<Boolean> METRICS_GROUPS = withDefault(
            "metrics.groups",
            ConfigType.bool(),
            "true",
            "Whether consumer groups have series of their own in the [metrics](metrics.md#consumer-groups).");

    static final List<ConfigKey<?>> ALL = List.of(LISTENER, METRICS_PARTITIONS, METRICS_GROUPS);

    private HttpKeys() {}
}
