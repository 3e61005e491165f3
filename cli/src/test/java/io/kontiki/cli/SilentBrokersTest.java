package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two of three brokers are registered at addresses that take connections and say nothing, as a process that stands still. */
@Timeout(180)
class SilentBrokersTest {
    private static final String WITHIN = "did not answer within 4 s";

    @TempDir
    private static Path directory;

    private static ServerSocket mute;
    private static CommandBroker broker;
    private static List<CommandBroker> silent;

    @BeforeAll
    static void startBrokers() throws IOException, InterruptedException {
        mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        broker = CommandBroker.start(directory.resolve("0"));
        silent = List.of(join(1, "127.0.0.1"), join(2, "localhost"));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> broker.run(ExitCode.DONE, "broker", "list", "-o", "json")
                                .out()
                                .split("\"fenced\": *false")
                                .length
                        == 4);
    }

    private static CommandBroker join(int id, String host) throws InterruptedException {
        var settings = Map.of("advertised.listeners", "GRPC://" + host + ":" + mute.getLocalPort());
        return broker.join(id, settings, directory.resolve(Integer.toString(id)));
    }

    @AfterAll
    static void stopBrokers() throws IOException {
        silent.forEach(CommandBroker::close);
        broker.close();
        mute.close();
    }

    @Test
    void configOfTheOthersIsShown() {
        var run = broker.run(
                ExitCode.PROBLEMS_FOUND,
                "cluster",
                "config",
                "get",
                "group.max.size",
                "--timeout",
                "4s",
                "-o",
                "jsonl");

        assertThat(run.out().lines())
                .hasSize(3)
                .satisfies(lines -> assertThat(lines.get(0)).contains("\"brokerId\":0,\"key\":\"group.max.size\""))
                .contains(
                        "{\"brokerId\":1,\"problem\":\"" + WITHIN + "\"}",
                        "{\"brokerId\":2,\"problem\":\"" + WITHIN + "\"}");
    }

    @Test
    void directoriesOfTheOthersAreShown() {
        var run = broker.run(ExitCode.PROBLEMS_FOUND, "broker", "log-dirs", "--timeout", "4s");

        assertThat(run.out()).contains(" online ").contains("unknown: " + WITHIN);
    }

    @Test
    void doctorNamesEachOfThem() {
        var run = broker.run(ExitCode.PROBLEMS_FOUND, "doctor", "--timeout", "4s", "-o", "json");

        var findings = JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("findings");
        assertThat(StreamSupport.stream(findings.spliterator(), false)
                        .map(JsonElement::getAsJsonObject)
                        .filter(finding -> finding.get("fault").getAsString().equals("BROKER_SILENT"))
                        .map(finding -> finding.get("what").getAsString()))
                .hasSize(2)
                .allSatisfy(what -> assertThat(what).contains("answered within 3 s at "));
    }
}
