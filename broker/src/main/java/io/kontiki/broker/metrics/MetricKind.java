package io.kontiki.broker.metrics;

import java.util.Locale;

/** How a metric behaves over time. */
public enum MetricKind {
    /** A value of the moment. */
    GAUGE,
    /** Rises from 0 at the start of the broker. */
    COUNTER,
    /** Counts of durations, up to each of the buckets of {@link Samples}. */
    HISTOGRAM;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
