/**
 * What a broker measures, as Prometheus reads it: the catalogue {@link io.kontiki.broker.metrics.Metric}, and {@link
 * io.kontiki.broker.metrics.ScrapedMetrics}, which holds Micrometer's meters and asks sources for everything that has many
 * series. Knows no brokers; the only package that depends on the Prometheus client (decision 23).
 */
package io.kontiki.broker.metrics;
