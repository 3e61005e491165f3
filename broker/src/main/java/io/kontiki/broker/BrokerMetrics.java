package io.kontiki.broker;

import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.MetricSource;
import io.kontiki.broker.metrics.Samples;
import java.util.Set;

/** What there is to tell of a broker from its first moment on. */
final class BrokerMetrics implements MetricSource {
    static final Set<Metric> TOLD = Set.of(Metric.BUILD_INFO, Metric.BROKER_STATE);

    private final Health health;

    BrokerMetrics(Health health) {
        this.health = health;
    }

    @Override
    public void collect(Samples samples) {
        samples.gauge(Metric.BUILD_INFO, 1, Version.current());
        var state = health.state();
        for (var each : Health.State.values()) {
            samples.gauge(Metric.BROKER_STATE, each == state ? 1 : 0, each.label());
        }
    }
}
