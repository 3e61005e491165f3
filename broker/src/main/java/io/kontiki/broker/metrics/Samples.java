package io.kontiki.broker.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one scrape finds, of what it asks for: the rest is passed over. One thread. */
public final class Samples {
    private final Set<Metric> wanted;
    private final Set<Metric> tellable;
    private final Map<Metric, List<GaugeDataPointSnapshot>> gauges = new EnumMap<>(Metric.class);
    private final Map<Metric, List<CounterDataPointSnapshot>> counters = new EnumMap<>(Metric.class);
    private final Map<Metric, List<HistogramDataPointSnapshot>> histograms = new EnumMap<>(Metric.class);

    /** @param wanted by the scrape */
    Samples(Set<Metric> wanted) {
        this(wanted, EnumSet.allOf(Metric.class));
    }

    private Samples(Set<Metric> wanted, Set<Metric> tellable) {
        this.wanted = wanted;
        this.tellable = tellable;
    }

    /** @param labelValues in the order of the metric's labels, each combination once */
    public void gauge(Metric metric, double value, String... labelValues) {
        if (takes(metric, MetricKind.GAUGE)) {
            points(gauges, metric).add(new GaugeDataPointSnapshot(value, labels(metric, labelValues), null));
        }
    }

    /** @param labelValues in the order of the metric's labels, each combination once */
    public void counter(Metric metric, double value, String... labelValues) {
        if (takes(metric, MetricKind.COUNTER)) {
            points(counters, metric).add(new CounterDataPointSnapshot(value, labels(metric, labelValues), null, 0));
        }
    }

    /**
     * A histogram.
     *
     * @param upperBounds of the buckets in rising order, in the metric's unit; the last one is infinite
     * @param counts in each bucket alone
     * @param sum of all values, in the metric's unit
     */
    public void histogram(Metric metric, double[] upperBounds, long[] counts, double sum, String... labelValues) {
        if (takes(metric, MetricKind.HISTOGRAM)) {
            points(histograms, metric)
                    .add(new HistogramDataPointSnapshot(
                            ClassicHistogramBuckets.of(upperBounds, counts),
                            sum,
                            labels(metric, labelValues),
                            Exemplars.EMPTY,
                            0));
        }
    }

    /** Whether the scrape asks for any of them. */
    boolean wantsAnyOf(Set<Metric> metrics) {
        return !Collections.disjoint(wanted, metrics);
    }

    /** For a part of this scrape, whose source tells these alone. */
    Samples part(Set<Metric> metrics) {
        return new Samples(wanted, metrics);
    }

    void addAll(Samples part) {
        part.gauges.forEach((metric, points) -> points(gauges, metric).addAll(points));
        part.counters.forEach((metric, points) -> points(counters, metric).addAll(points));
        part.histograms.forEach((metric, points) -> points(histograms, metric).addAll(points));
    }

    private boolean takes(Metric metric, MetricKind kind) {
        if (metric.kind() != kind) {
            throw new IllegalArgumentException(metric.metricName() + " is a " + metric.kind() + ", not a " + kind);
        }
        if (!tellable.contains(metric)) {
            // A scrape that asks for it alone would not come here.
            throw new IllegalArgumentException(metric.metricName() + " is not among what this source was added for");
        }
        return wanted.contains(metric);
    }

    private static <T> List<T> points(Map<Metric, List<T>> all, Metric metric) {
        return all.computeIfAbsent(metric, key -> new ArrayList<>());
    }

    private static Labels labels(Metric metric, String... values) {
        return values.length == 0 && metric.labels().isEmpty() ? Labels.EMPTY : Labels.of(metric.labelNames(), values);
    }

    MetricSnapshots snapshots() {
        List<MetricSnapshot> all = new ArrayList<>();
        gauges.forEach((metric, points) -> all.add(new GaugeSnapshot(metadata(metric), points)));
        counters.forEach((metric, points) -> all.add(new CounterSnapshot(metadata(metric), points)));
        histograms.forEach((metric, points) -> all.add(new HistogramSnapshot(metadata(metric), points)));
        return new MetricSnapshots(all);
    }

    private static MetricMetadata metadata(Metric metric) {
        return new MetricMetadata(metric.family(), metric.meaning());
    }
}
