package io.kontiki.broker;

import static io.kontiki.broker.HttpReading.get;
import static io.kontiki.broker.HttpReading.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerHttpTest {
    @TempDir
    private Path data;

    private Broker broker;

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private BrokerConfig config(String listener) {
        return BrokerConfig.of(
                Map.of("log.dirs", data.toString(), "listeners", "GRPC://127.0.0.1:0", "http.listener", listener));
    }

    private void start() throws InterruptedException {
        broker = Broker.start(config("127.0.0.1:0"));
        assertThat(broker.awaitServing(Duration.ofSeconds(30))).isTrue();
    }

    private int status(String path) throws Exception {
        return get(broker, path).statusCode();
    }

    @Test
    void healthFollowsTheBroker() throws Exception {
        start();
        await().untilAsserted(() -> assertThat(get(broker, "/readyz?verbose").body())
                .isEqualTo("[+]recovered: all logs\n[+]registered: the quorum knows it\n"
                        + "[+]unfenced: the controller lets it serve\n[+]caught-up: once\n[+]not-stopping: it runs\n"
                        + "readyz passed\n"));
        assertThat(status("/livez")).isEqualTo(200);
        assertThat(get(broker, "/startupz").body()).isEqualTo("ok\n");
        assertThat(value(get(broker, "/metrics").body(), "kontiki_broker_state{state=\"running\"}"))
                .isEqualTo(1);
    }

    @Test
    void aScrapeHasLogsAndTheProcess() throws Exception {
        start();
        var scrape = get(broker, "/metrics");

        assertThat(scrape.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        assertThat(scrape.body())
                .contains("kontiki_build_info{version=\"" + Version.current() + "\"} 1")
                .contains("kontiki_log_damage_total{dir=\"" + data + "\"} 0")
                .contains("# TYPE kontiki_log_damage_total counter")
                .contains("jvm_memory_used_bytes{area=\"heap\"")
                .contains("process_files_open_files")
                .contains("process_uptime_seconds");
        assertThat(get(broker, "/metrics?name%5B%5D=kontiki_build_info").body().lines())
                .hasSize(3);
        assertThat(get(broker, "/metrics?name%5B%5D=kontiki_log_damage_total").body())
                .contains("kontiki_log_damage_total{");
        assertThat(get(broker, "/metrics?name%5B%5D=kontiki_fetch_stage_duration_seconds_bucket")
                        .body())
                .contains("kontiki_fetch_stage_duration_seconds_sum{")
                .doesNotContain("kontiki_produce");
        var open = get(broker, "/metrics", "Accept", "application/openmetrics-text; version=1.0.0");
        assertThat(open.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/openmetrics-text");
        assertThat(open.body()).endsWith("# EOF\n");
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var listener = "127.0.0.1:" + taken.getLocalPort();

            assertThatThrownBy(() -> Broker.start(config(listener)))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining("http.listener=" + listener)
                    .hasMessageContaining("in use");
        }
        start();
        assertThat(status("/livez")).isEqualTo(200);
    }

    @Test
    void offListensNowhere() {
        broker = Broker.start(config("off"));
        assertThat(broker.httpPort()).isEmpty();
    }

    @Test
    void theClusterItsQuorumAndEachReplicaAreTold() throws Exception {
        start();
        HttpReading.createTopic(broker, "orders", 2);
        var scrape = get(broker, "/metrics").body();

        assertThat(value(scrape, "kontiki_cluster_brokers{state=\"running\"}")).isEqualTo(1);
        assertThat(value(scrape, "kontiki_cluster_partitions")).isEqualTo(2);
        assertThat(value(scrape, "kontiki_cluster_offline_partitions")).isZero();
        assertThat(value(scrape, "kontiki_quorum_leader")).isEqualTo(1);
        assertThat(value(scrape, "kontiki_quorum_commit_index")).isPositive();
        assertThat(value(scrape, "kontiki_quorum_applied_index")).isPositive();
        assertThat(value(scrape, "kontiki_replica_leaders")).isEqualTo(2);
        // The record with which a leader begins its epoch.
        assertThat(value(scrape, "kontiki_partition_log_end_offset{partition=\"1\",topic=\"orders\"}"))
                .isEqualTo(1);
        assertThat(value(scrape, "kontiki_partition_size_bytes{partition=\"0\",topic=\"orders\"}"))
                .isPositive();
    }

    @Test
    void partitionsMayGoWithoutSeries() throws Exception {
        broker = Broker.start(BrokerConfig.of(Map.of(
                "log.dirs", data.toString(),
                "listeners", "GRPC://127.0.0.1:0",
                "http.listener", "127.0.0.1:0",
                "metrics.partitions", "false")));
        assertThat(broker.awaitServing(Duration.ofSeconds(30))).isTrue();
        HttpReading.createTopic(broker, "orders", 2);
        assertThat(get(broker, "/metrics").body())
                .contains("kontiki_replica_leaders 2")
                .doesNotContain("kontiki_partition_");
    }
}
