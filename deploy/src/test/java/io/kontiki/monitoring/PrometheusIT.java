package io.kontiki.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.quickstart.FaultScenario;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus watches three brokers under load, as {@code deploy/} configures it. */
class PrometheusIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOPIC = "orders";
    private static final String GROUP = "billing";

    @TempDir
    private static Path directory;

    private static FaultScenario scenario;
    private static GroupLoad load;
    private static RealPrometheus prometheus;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(
                Promtool.isThere("prometheus") && Promtool.isThere("promtool"),
                "prometheus and promtool are not installed here: the dashboard's queries are not run");
        scenario = new FaultScenario(3);
        scenario.createTopic(TOPIC);
        String bootstrap = scenario.cluster().bootstrap();
        load = new GroupLoad(bootstrap, TOPIC, GROUP);
        prometheus = RealPrometheus.start(directory, endpoints());
        patiently().until(prometheus::isReady);
    }

    @AfterAll
    static void stop() {
        if (prometheus != null) {
            prometheus.close();
        }
        if (load != null) {
            load.close();
        }
        if (scenario != null) {
            scenario.close();
        }
    }

    private static List<String> endpoints() {
        return scenario.cluster().brokers().stream()
                .map(BrokerProcess::httpEndpoint)
                .toList();
    }

    private static ConditionFactory patiently() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500));
    }

    /** Grafana's variables, for the job of the shipped configuration and everything in it. */
    private static Map<String, String> everything(String cluster) {
        return Map.of(
                "job", "kontiki",
                // None: Grafana has an empty choice where no series has the label.
                "namespace", "",
                "cluster", cluster,
                "instance", ".+",
                "topic", ".+",
                "group", ".+",
                "__rate_interval", "10s");
    }

    @Test
    void everyQueryOfTheDashboardHasData() {
        List<Dashboard.Query> queries = Dashboard.shipped().queries();

        patiently()
                .untilAsserted(() -> assertThat(queries)
                        .filteredOn(query -> prometheus
                                .samples(query.with(everything(RealPrometheus.CLUSTER)))
                                .isEmpty())
                        .as("queries without data")
                        .isEmpty());
        // Of another cluster there is nothing, but for what is 0 without any series.
        assertThat(queries)
                .filteredOn(query -> !query.expression().endsWith(" or vector(0)"))
                .filteredOn(query ->
                        !prometheus.samples(query.with(everything("green"))).isEmpty())
                .as("queries with data of another cluster")
                .isEmpty();
    }

    /** The figures are those of the load, not only any. */
    @Test
    void theLoadIsWhatIsShown() {
        patiently().untilAsserted(() -> {
            assertThat(value("sum(rate(kontiki_topic_received_records_total{topic=\"" + TOPIC + "\"}[10s]))"))
                    .isBetween(10.0, 250.0);
            assertThat(value("sum(kontiki_group_members{group=\"" + GROUP + "\"})"))
                    .isOne();
            assertThat(value("count(kontiki_partition_log_end_offset{topic=\"" + TOPIC + "\"})"))
                    .isEqualTo(18);
        });
    }

    /** NaN while there is none. */
    private static double value(String expression) {
        return prometheus.samples(expression).stream()
                .mapToDouble(sample -> sample.getAsJsonArray("value").get(1).getAsDouble())
                .findFirst()
                .orElse(Double.NaN);
    }

    @Test
    void variablesOfferWhatThereIs() {
        patiently().untilAsserted(() -> {
            assertThat(prometheus.labelValues("kontiki_build_info", "job")).containsExactly("kontiki");
            assertThat(prometheus.labelValues("kontiki_build_info{job=\"kontiki\"}", "namespace"))
                    .isEmpty();
            assertThat(prometheus.labelValues("kontiki_build_info{job=\"kontiki\", namespace=\"\"}", "cluster"))
                    .containsExactly(RealPrometheus.CLUSTER);
            assertThat(prometheus.labelValues("kontiki_build_info{job=\"kontiki\"}", "instance"))
                    .containsExactlyInAnyOrderElementsOf(endpoints());
            assertThat(prometheus.labelValues("kontiki_topic_received_bytes_total{job=\"kontiki\"}", "topic"))
                    .contains(TOPIC);
            assertThat(prometheus.labelValues("kontiki_group_members{job=\"kontiki\"}", "group"))
                    .contains(GROUP);
        });
    }

    @Test
    void everyBrokerIsScraped() {
        patiently()
                .untilAsserted(() -> assertThat(prometheus.targets()).hasSize(3).allSatisfy(target -> {
                    assertThat(text(target, "lastError")).isEmpty();
                    assertThat(text(target, "health")).isEqualTo("up");
                }));
    }

    @Test
    void noRuleHasAnError() {
        patiently()
                .untilAsserted(() -> assertThat(prometheus.rules())
                        .hasSizeGreaterThan(20)
                        .allSatisfy(rule -> assertThat(text(rule, "health"))
                                .as(rule.toString())
                                .isEqualTo("ok")));
    }

    private static String text(JsonObject object, String key) {
        return object.get(key).getAsString();
    }

    @Test
    void promtoolFindsNothingToSay() throws IOException, InterruptedException {
        assertThat(Promtool.run("check", "config", prometheus.config().toString()))
                .contains("SUCCESS")
                .contains("rules found");
        for (String endpoint : endpoints()) {
            Path scrape = Files.createTempFile(directory, "scrape", "");
            send(endpoint, scrape);
            assertThat(Promtool.runWith(scrape, "check", "metrics"))
                    .as(endpoint)
                    .isEmpty();
        }
    }

    /** What makes the picture in {@code docs/}. */
    @Test
    void everyPanelCanBeDrawn() throws Exception {
        assumeTrue(Promtool.isThere("python3"), "python3 is not installed here: the panels are not drawn");
        Path picture = directory.resolve("dashboard.svg");
        Path said = directory.resolve("render.log");
        Process render = new ProcessBuilder(
                        "python3",
                        "grafana/render",
                        "--prometheus=" + prometheus.address(),
                        "--last=20",
                        picture.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(render.waitFor(1, TimeUnit.MINUTES)).as("render ends").isTrue();
        assertThat(render.exitValue()).as(Files.readString(said)).isZero();

        String drawn = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(picture.toFile())
                .getDocumentElement()
                .getTextContent();
        assertThat(Dashboard.shipped().panels())
                .allSatisfy(panel -> assertThat(drawn).contains(text(panel, "title")));
        assertThat(drawn).contains(TOPIC, GROUP);
    }

    private static void send(String endpoint, Path file) throws IOException, InterruptedException {
        HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + endpoint + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofFile(file));
    }
}
