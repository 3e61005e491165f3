package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kontiki.broker.metrics.Metric;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.OffsetToCommit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Catalogue, {@code docs/metrics.md} and a scrape name the same metrics. */
class MetricsDocumentationTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(\\w+)(?:\\{([\\w,]+)})?` \\| (gauge|counter|histogram|summary) \\|");
    private static final String OWN = "kontiki_";

    @TempDir
    private Path data;

    private static String documentation() throws Exception {
        return Files.readString(Path.of("..", "docs", "metrics.md"));
    }

    private static Map<String, String> documented() throws Exception {
        var rows = new TreeMap<String, String>();
        Matcher row = ROW.matcher(documentation());
        while (row.find()) {
            var labels = row.group(2) == null ? "" : row.group(2);
            assertThat(rows.put(row.group(1), row.group(3) + " {" + labels + "}"))
                    .as("rows of " + row.group(1))
                    .isNull();
        }
        return rows;
    }

    @Test
    void tablesHaveTheCatalogueWithKindsAndLabels() throws Exception {
        var catalogue = new TreeMap<String, String>();
        for (var metric : Metric.values()) {
            catalogue.put(metric.metricName(), metric.kind() + " {" + String.join(",", metric.labels()) + "}");
        }
        var rows = documented();
        rows.keySet().removeIf(name -> !name.startsWith(OWN));
        assertThat(rows).isEqualTo(catalogue);
    }

    /** To a scraper, a counter without its ending is a gauge of the same name, and the whole scrape is void. */
    @Test
    void noTwoMetricsDifferByTheEndingOfCountersAlone() {
        assertThat(Stream.of(Metric.values()).map(metric -> metric.metricName().replaceFirst("_total$", "")))
                .doesNotHaveDuplicates();
    }

    private static void commit(Broker broker) {
        var channel = NettyChannelBuilder.forAddress(
                        broker.endpoint().host(), broker.endpoint().port())
                .usePlaintext()
                .build();
        try {
            GroupServiceGrpc.newBlockingStub(channel)
                    .commitOffsets(CommitOffsetsRequest.newBuilder()
                            .setGroupId("g")
                            .addOffsets(OffsetToCommit.newBuilder().setTopic("t"))
                            .build());
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aScrapeHasTheCatalogueAndWhatIsDocumentedOfTheProcess() throws Exception {
        try (var broker = Broker.start(BrokerConfig.of(Map.of(
                "log.dirs", data.toString(), "listeners", "GRPC://127.0.0.1:0", "http.listener", "127.0.0.1:0")))) {
            assertThat(broker.awaitServing(Duration.ofSeconds(30))).isTrue();
            HttpReading.createTopic(broker, "t", 1);
            commit(broker);
            // Pauses have series from the first one on.
            System.gc();
            await().until(
                            () -> HttpReading.get(broker, "/metrics").body(),
                            body -> body.contains(Metric.GROUP_LAG_SECONDS.metricName() + "{")
                                    && body.contains("\njvm_gc_pause_seconds_count{"));
            var scrape = HttpReading.get(broker, "/metrics").body();
            var scraped = new TreeMap<String, String>();
            HttpReading.kinds(scrape)
                    .forEach((name, kind) -> scraped.put(name, kind + " " + HttpReading.labels(scrape, name)));
            var catalogue = new TreeMap<String, String>();
            for (var metric : Metric.values()) {
                catalogue.put(metric.metricName(), metric.kind() + " " + new TreeSet<>(metric.labels()));
            }
            var own = new TreeMap<>(scraped);
            own.keySet().removeIf(name -> !name.startsWith(OWN));
            assertThat(own).isEqualTo(catalogue);
            var others = new TreeSet<>(documented().keySet());
            others.removeIf(name -> name.startsWith(OWN));
            assertThat(scraped.keySet()).containsAll(others);
            assertThat(others).isNotEmpty();
            // What promtool says of names.
            assertThat(scraped.keySet()).noneMatch(name -> name.matches(".*_(ns|ms|kb|mb|bucket|count|sum)(_total)?"));
        }
    }
}
