package io.kontiki.kubernetes;

import static io.kontiki.kubernetes.Manifests.list;
import static io.kontiki.kubernetes.Manifests.map;
import static io.kontiki.kubernetes.Manifests.plain;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.kontiki.broker.BrokerConfig;
import io.kontiki.broker.ConfigSources;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The image, the three brokers of {@code compose.yaml}, and the unit of systemd. */
class ContainerTest {
    private static final Duration TO_CLOSE = Duration.ofSeconds(30);

    private final Map<String, Object> compose = plain(Path.of("compose.yaml"));
    private final Map<String, Object> services = map(compose.get("services"));

    @Test
    void imageOffersThePortsOfABroker() throws IOException {
        String image = Files.readString(Path.of("Dockerfile"));

        assertThat(image)
                .contains("EXPOSE "
                        + Defaults.ports().values().stream()
                                .sorted()
                                .map(String::valueOf)
                                .collect(Collectors.joining(" ")))
                .contains("USER 10001:10001")
                .contains("STOPSIGNAL SIGTERM");
        assertThat(BrokerConfig.load(new ConfigSources(
                                Map.of(), variable(image, "KONTIKI_LOG_DIRS"), Optional.empty(), false))
                        .logDirs())
                .containsExactly(Path.of("/var/lib/kontiki/data"));
    }

    @Test
    void brokersOfComposeStart() {
        for (int id : List.of(1, 2, 3)) {
            Map<String, Object> broker = map(services.get("broker-" + id));
            var environment = map(broker.get("environment")).entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, entry -> String.valueOf(entry.getValue())));

            var config = BrokerConfig.load(new ConfigSources(Map.of(), environment, Optional.empty(), false));

            assertThat(config.brokerId()).hasValue(id);
            assertThat(config.advertisedListener().orElseThrow())
                    .hasToString("broker-" + id + ":" + Defaults.ports().get("grpc"));
            assertThat(config.voters().get(id - 1))
                    .hasToString(id + "@broker-" + id + ":" + Defaults.ports().get("quorum"));
            assertThat(Duration.parse("PT" + broker.get("stop_grace_period")))
                    .isGreaterThanOrEqualTo(Defaults.controlledShutdown().plus(TO_CLOSE));
            assertThat(list(broker.get("volumes"))).containsExactly("broker-" + id + ":/var/lib/kontiki");
        }
    }

    @Test
    void prometheusAsksEachBroker() {
        var jobs = list(plain(Path.of("prometheus/prometheus.yml")).get("scrape_configs"));
        var targets =
                list(map(list(map(jobs.get(0)).get("static_configs")).get(0)).get("targets"));

        assertThat(targets)
                .containsExactlyInAnyOrderElementsOf(services.keySet().stream()
                        .filter(name -> name.startsWith("broker-"))
                        .map(name -> name + ":" + Defaults.ports().get("http"))
                        .toList());
    }

    /** Files and folders that are mounted are there. */
    @Test
    void mountsOfComposeExist() {
        for (Object service : services.values()) {
            for (Object mount : list(map(service).get("volumes"))) {
                String source = mount.toString().split(":")[0];
                if (source.startsWith(".")) {
                    assertThat(Path.of(source)).exists();
                } else {
                    assertThat(map(compose.get("volumes"))).containsKey(source);
                }
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void healthIsWhatTheBrokerSays() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/readyz", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/livez", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        String port = Integer.toString(server.getAddress().getPort());
        server.start();
        try {
            assertThat(health(port)).isZero();
            assertThat(health(port, "/livez")).isOne();
        } finally {
            server.stop(0);
        }
        assertThat(health(port)).as("nobody listens").isOne();
    }

    private static int health(String... arguments) throws Exception {
        var command = new java.util.ArrayList<>(List.of("bash", "container/healthcheck"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void systemdWaitsForTheStop() throws IOException {
        String unit = Files.readString(Path.of("kontiki.service"));

        assertThat(Duration.ofSeconds(Long.parseLong(unit.replaceFirst("(?s).*\nTimeoutStopSec=(\\d+)\n.*", "$1"))))
                .isGreaterThanOrEqualTo(Defaults.controlledShutdown().plus(TO_CLOSE));
        assertThat(unit).contains("\nExecStart=/opt/kontiki/bin/kontiki server start\n", "\nKillSignal=SIGTERM\n");
    }

    private static Map<String, String> variable(String dockerfile, String name) {
        return Map.of(name, dockerfile.replaceFirst("(?s).*\nENV " + name + "=(\\S+)\n.*", "$1"));
    }
}
