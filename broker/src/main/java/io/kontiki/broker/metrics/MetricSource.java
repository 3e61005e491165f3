package io.kontiki.broker.metrics;

/** Something measured, asked at each scrape. Called by one thread at a time; must not wait for anybody. */
@FunctionalInterface
public interface MetricSource {
    void collect(Samples samples);
}
