package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.broker.http.HttpQuery;
import io.kontiki.broker.http.HttpReply;
import io.kontiki.broker.metrics.Metric;
import io.kontiki.broker.metrics.ScrapedMetrics;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    private static final HttpQuery ALL = new HttpQuery("", "");

    @Test
    void scrapesThatEndInErrorsLeaveRoomForOthers() {
        try (var metrics = new ScrapedMetrics()) {
            var fails = new AtomicBoolean(true);
            metrics.add("broken", Set.of(Metric.REPLICAS), samples -> {
                if (fails.get()) {
                    throw new AssertionError("broken");
                }
            });
            var page = new MetricsPage(metrics);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> page.answer(ALL)).isInstanceOf(AssertionError.class);
            }
            fails.set(false);

            // None of them is read.
            for (int i = 0; i < 3; i++) {
                assertThat(page.answer(ALL).status()).isEqualTo(HttpReply.OK);
            }
        }
    }
}
