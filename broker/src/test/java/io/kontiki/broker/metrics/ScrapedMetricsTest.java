package io.kontiki.broker.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
        metrics.add("before", samples -> samples.gauge(Metric.CLUSTER_TOPICS, 3));
        metrics.add("broken", samples -> {
            samples.gauge(Metric.REPLICAS, 5);
            throw new IllegalStateException("half way");
        });
        metrics.add("incomplete", samples -> {
            throw new NoClassDefFoundError("io/kontiki/Gone");
        });
        metrics.add("after", samples -> samples.gauge(Metric.CLUSTER_PARTITIONS, 4));
        scrape();

        assertThat(scrape())
                .contains("kontiki_cluster_topics 3.0", "kontiki_cluster_partitions 4.0")
                .contains("kontiki_scrape_errors_total{source=\"broken\"} 2.0")
                .contains("kontiki_scrape_errors_total{source=\"incomplete\"} 2.0")
                .contains("kontiki_scrape_errors_total{source=\"after\"} 0.0")
                .doesNotContain("kontiki_replicas");
    }
}
