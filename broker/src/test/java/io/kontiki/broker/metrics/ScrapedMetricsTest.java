package io.kontiki.broker.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScrapedMetricsTest {
    private final ScrapedMetrics metrics = new ScrapedMetrics();

    @AfterEach
    void close() {
        metrics.close();
    }

    private String scrape(String... names) throws IOException {
        var out = new ByteArrayOutputStream();
        metrics.write(out, ScrapedMetrics.contentType(""), Set.of(names));
        return out.toString(UTF_8);
    }

    @Test
    void aSourceThatFailsIsLeftOutAndCounted() throws IOException {
        metrics.add("before", Set.of(Metric.CLUSTER_TOPICS), samples -> samples.gauge(Metric.CLUSTER_TOPICS, 3));
        metrics.add("broken", Set.of(Metric.REPLICAS), samples -> {
            samples.gauge(Metric.REPLICAS, 5);
            throw new IllegalStateException("half way");
        });
        metrics.add("incomplete", Set.of(Metric.REPLICAS), samples -> {
            throw new NoClassDefFoundError("io/kontiki/Gone");
        });
        metrics.add("after", Set.of(Metric.CLUSTER_PARTITIONS), samples -> samples.gauge(Metric.CLUSTER_PARTITIONS, 4));
        scrape();

        assertThat(scrape())
                .contains("kontiki_cluster_topics 3.0", "kontiki_cluster_partitions 4.0")
                .contains("kontiki_scrape_errors_total{source=\"broken\"} 2.0")
                .contains("kontiki_scrape_errors_total{source=\"incomplete\"} 2.0")
                .contains("kontiki_scrape_errors_total{source=\"after\"} 0.0")
                .doesNotContain("kontiki_replicas");
    }

    private void addNoting(List<String> asked, String name, Metric... told) {
        metrics.add(name, Set.of(told), samples -> {
            asked.add(name);
            for (Metric each : told) {
                if (each.kind() == MetricKind.COUNTER) {
                    samples.counter(each, 1);
                } else if (each.kind() == MetricKind.HISTOGRAM) {
                    samples.histogram(each, new double[] {Double.POSITIVE_INFINITY}, new long[] {1}, 2, "read");
                } else {
                    samples.gauge(each, 1);
                }
            }
        });
    }

    /** One that looks at every group costs a lot. */
    @Test
    void whoAsksForSomeAsksNoOtherSource() throws IOException {
        var asked = new ArrayList<String>();
        addNoting(asked, "cluster", Metric.CLUSTER_TOPICS, Metric.CLUSTER_PARTITIONS);
        addNoting(asked, "traffic", Metric.FETCH_REQUESTS, Metric.FETCH_STAGE);

        assertThat(scrape("kontiki_cluster_topics"))
                .contains("kontiki_cluster_topics 1.0")
                .doesNotContain("kontiki_cluster_partitions", "kontiki_scrape_errors");
        assertThat(asked).containsExactly("cluster");
        assertThat(scrape("kontiki_fetch_requests_total")).contains("kontiki_fetch_requests_total 1.0");
        assertThat(scrape("kontiki_fetch_stage_duration_seconds_bucket"))
                .contains("kontiki_fetch_stage_duration_seconds_sum{stage=\"read\"} 2.0")
                .doesNotContain("requests");
        assertThat(asked).containsExactly("cluster", "traffic", "traffic");
        assertThat(scrape("kontiki_scrape_errors_total"))
                .contains("kontiki_scrape_errors_total{source=\"traffic\"} 0.0");
        assertThat(scrape("jvm_threads_live_threads")).contains("jvm_threads_live_threads ");
        assertThat(asked).hasSize(3);
        scrape();
        assertThat(asked).containsExactly("cluster", "traffic", "traffic", "cluster", "traffic");
    }

    /** It would be missing from a scrape that asks for it alone. */
    @Test
    void aSourceTellsWhatItWasAddedForAndNothingElse() throws IOException {
        metrics.add("more", Set.of(Metric.CLUSTER_TOPICS), samples -> samples.gauge(Metric.CLUSTER_PARTITIONS, 1));

        assertThat(scrape())
                .contains("kontiki_scrape_errors_total{source=\"more\"} ")
                .doesNotContain("kontiki_cluster_partitions");
    }
}
