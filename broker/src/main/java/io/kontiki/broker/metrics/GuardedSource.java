package io.kontiki.broker.metrics;

import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A source that takes nothing with it when it fails: the scrape has all of its samples, or none. One thread at a time. */
final class GuardedSource {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedSource.class);
    /** With a scrape every 15 s, a source that always fails is in the log once in 25 minutes. */
    private static final int FAILURES_PER_LINE = 100;

    private final String name;
    private final Set<Metric> metrics;
    private final MetricSource source;
    private long failures;

    GuardedSource(String name, Set<Metric> metrics, MetricSource source) {
        this.name = name;
        this.metrics = EnumSet.copyOf(metrics);
        this.source = source;
    }

    String name() {
        return name;
    }

    /** Since the start. */
    long failures() {
        return failures;
    }

    /** Asks the source only if the scrape wants something of it. */
    void collect(Samples samples) {
        if (!samples.wantsAnyOf(metrics)) {
            return;
        }
        Samples own = samples.part(metrics);
        try {
            source.collect(own);
        } catch (RuntimeException | LinkageError e) {
            if (failures++ % FAILURES_PER_LINE == 0) {
                LOG.error(
                        "The metrics of {} are missing in a scrape; they failed {} times since the start",
                        name,
                        failures,
                        e);
            }
            return;
        }
        samples.addAll(own);
    }
}
