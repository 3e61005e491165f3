package io.kontiki.broker;

import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.MetricSource;
import io.kontiki.broker.metrics.Samples;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** The connections of the gRPC server. Thread-safe. */
final class ConnectionCounts implements MetricSource {
    static final Set<Metric> TOLD = Set.of(Metric.CONNECTIONS, Metric.CONNECTIONS_TAKEN, Metric.CONNECTIONS_REFUSED);

    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder taken = new LongAdder();
    private final LongAdder refused = new LongAdder();

    int open() {
        return open.get();
    }

    void onTaken() {
        open.incrementAndGet();
        taken.increment();
    }

    void onClosed() {
        open.decrementAndGet();
    }

    void onRefused() {
        refused.increment();
    }

    @Override
    public void collect(Samples samples) {
        samples.gauge(Metric.CONNECTIONS, open.get());
        samples.counter(Metric.CONNECTIONS_TAKEN, taken.sum());
        samples.counter(Metric.CONNECTIONS_REFUSED, refused.sum());
    }
}
