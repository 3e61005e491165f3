package io.kontiki.broker.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * Everything that a scrape gets: meters of Micrometer, those of the JVM and the process among them, and what sources tell.
 * Series of partitions and groups, of which there may be very many, come from sources: no meter is kept for each.
 * Thread-safe; scrapes take turns.
 */
public final class ScrapedMetrics implements AutoCloseable {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final double NANOS_PER_SECOND = 1e9;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final List<GuardedSource> sources = new CopyOnWriteArrayList<>();

    public ScrapedMetrics() {
        registry.config().meterFilter(new UsualNames());
        new JvmInfoMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
        FunctionCounter.builder("process.cpu", ProcessHandle.current(), ScrapedMetrics::cpuSeconds)
                .description("Processor time that this process has used")
                .baseUnit("seconds")
                .register(registry);
        registry.getPrometheusRegistry().register(new Sources());
    }

    private static double cpuSeconds(ProcessHandle process) {
        return process.info()
                .totalCpuDuration()
                .map(used -> used.toNanos() / NANOS_PER_SECOND)
                .orElse(Double.NaN);
    }

    /** Micrometer's names that break the rules of Prometheus, as its own checker says. */
    private static final class UsualNames implements MeterFilter {
        @Override
        public MeterFilterReply accept(Meter.Id id) {
            return id.getName().equals("process.cpu.time") ? MeterFilterReply.DENY : MeterFilterReply.NEUTRAL;
        }

        @Override
        public Meter.Id map(Meter.Id id) {
            return id.getName().equals("system.cpu.count") ? id.withName("system.cpus") : id;
        }
    }

    /** Asks those sources that have some of what a scrape wants. */
    private final class Sources implements MultiCollector {
        @Override
        public MetricSnapshots collect() {
            return collect(name -> true);
        }

        @Override
        public MetricSnapshots collect(Predicate<String> families) {
            Set<Metric> wanted = EnumSet.allOf(Metric.class);
            wanted.removeIf(metric -> !families.test(metric.family()));
            Samples samples = new Samples(wanted);
            sources.forEach(source -> source.collect(samples));
            sources.forEach(source -> samples.counter(Metric.SCRAPE_ERRORS, source.failures(), source.name()));
            return samples.snapshots();
        }
    }

    /** For what has few series. */
    public MeterRegistry registry() {
        return registry;
    }

    /**
     * A source tells series that no other source and no meter has. A scrape goes without the source if it fails, and does
     * not ask it if it wants nothing of it.
     *
     * @param name for {@link Metric#SCRAPE_ERRORS}; that of no other source
     * @param metrics all that the source may tell
     */
    public void add(String name, Set<Metric> metrics, MetricSource source) {
        sources.add(new GuardedSource(name, metrics, source));
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
