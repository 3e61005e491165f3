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
            "where metrics and health are read over HTTP; off for nowhere");

    static final ConfigKey<PartitionSeries> METRICS_PARTITIONS = withDefault(
            "metrics.partitions",
            ConfigType.choice(PartitionSeries.class),
            "true",
            "replicas with series of their own in the metrics: all, those of leaders, or none");

    static final List<ConfigKey<?>> ALL = List.of(LISTENER, METRICS_PARTITIONS);

    private HttpKeys() {}
}
