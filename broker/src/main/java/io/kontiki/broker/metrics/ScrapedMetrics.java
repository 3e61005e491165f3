package io.kontiki.broker.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Everything that a scrape gets: meters of Micrometer, those of the JVM and the process among them, and what sources tell.
 * Series of partitions and groups, of which there may be very many, come from sources: no meter is kept for each.
 * Thread-safe; scrapes take turns.
 */
public final class ScrapedMetrics implements AutoCloseable {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final List<MetricSource> sources = new CopyOnWriteArrayList<>();

    public ScrapedMetrics() {
        new JvmInfoMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
        registry.getPrometheusRegistry().register((MultiCollector) this::collect);
    }

    private MetricSnapshots collect() {
        Samples samples = new Samples();
        sources.forEach(source -> source.collect(samples));
        return samples.snapshots();
    }

    /** For what has few series. */
    public MeterRegistry registry() {
        return registry;
    }

    /** A source tells metrics that no other source and no meter has. */
    public void add(MetricSource source) {
        sources.add(source);
    }

    /** The format for a caller who accepts these; OpenMetrics only if it is asked for. */
    public static String contentType(String accept) {
        return accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    }

    /**
     * Writes all metrics, or some.
     *
     * @param contentType one of {@link #contentType}
     * @param names of those to write, as a scrape shows them; empty for all
     */
    public synchronized void write(OutputStream out, String contentType, Set<String> names) throws IOException {
        if (names.isEmpty()) {
            registry.scrape(out, contentType);
        } else {
            registry.scrape(out, contentType, families(names));
        }
    }

    /** The library knows counters without their ending, and histograms without that of their samples. */
    private static Set<String> families(Set<String> names) {
        Set<String> families = new HashSet<>(names);
        names.forEach(name -> families.add(name.replaceFirst("_(total|bucket|sum|count)$", "")));
        return families;
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
