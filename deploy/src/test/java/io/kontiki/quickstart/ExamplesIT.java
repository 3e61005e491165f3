package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kontiki.client.NewTopic;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs the programs below {@code examples/}. One whose runtime is not installed is skipped, and the report says so. */
class ExamplesIT {
    private static final Path EXAMPLES = RealProcesses.source().resolve("examples");
    private static final String PROTO =
            RealProcesses.source().resolve("proto/src/main/protobuf").toString();

    private static BrokerProcess broker;
    private static Path directory;

    @BeforeAll
    static void start() throws IOException {
        directory = RealProcesses.newDirectory("examples");
        broker = SingleBroker.started("examples");
        try (ClusterView view = new ClusterView(broker.endpoint())) {
            for (String topic : List.of("python", "node", "java")) {
                view.admin().createTopic(NewTopic.named(topic).withPartitions(1));
            }
        }
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            SingleBroker.stop(broker);
        }
    }

    @Test
    void python() throws Exception {
        assumeTrue(
                works("sh", "-c", "command -v protoc && command -v grpc_python_plugin"),
                "protoc for Python is missing");
        String python = List.of("python3", "/usr/bin/python3").stream()
                .filter(candidate -> works(candidate, "-c", "import grpc, google.protobuf"))
                .findFirst()
                .orElse("");
        assumeTrue(!python.isEmpty(), "Python 3 with grpcio is missing");
        Map<String, String> environment =
                Map.of("PYTHON", python, "STUBS", directory.resolve("stubs").toString());

        assertShowsThreeRecords(
                "python",
                run("python", environment, EXAMPLES.resolve("python/run").toString()));
    }

    @Test
    void node() throws Exception {
        assumeTrue(works("npm", "--version"), "Node with npm is missing");
        Path copy = Files.createDirectory(directory.resolve("node"));
        for (String file : List.of("example.js", "package.json", "package-lock.json")) {
            Files.copy(EXAMPLES.resolve("node").resolve(file), copy.resolve(file));
        }
        assumeTrue(
                works("npm", "ci", "--prefix", copy.toString(), "--no-audit", "--no-fund"), "npm ci found no packages");

        assertShowsThreeRecords(
                "node",
                run(
                        "node",
                        Map.of("KONTIKI_PROTO", PROTO),
                        "node",
                        copy.resolve("example.js").toString()));
    }

    @Test
    void java() throws Exception {
        assertShowsThreeRecords(
                "java",
                run(
                        "java",
                        Map.of(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        RealProcesses.distribution().resolve("lib") + "/*",
                        EXAMPLES.resolve("java/Example.java").toString()));
    }

    private static void assertShowsThreeRecords(String language, List<String> output) {
        assertThat(output).hasSize(3);
        List<String> texts = List.of("one", "two", "three");
        for (int i = 0; i < texts.size(); i++) {
            assertThat(output.get(i)).matches("partition 0 offset \\d+: " + language + " = " + texts.get(i));
        }
    }

    /** Runs the command with the broker's address and the topic as last arguments. */
    private static List<String> run(String topic, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path errors = directory.resolve(topic + ".err");
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)));
        builder.command().addAll(List.of(broker.endpoint(), topic));
        builder.environment().putAll(environment);
        Path output = directory.resolve(topic + ".out");
        Process process = builder.redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended in time").isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        return Files.readAllLines(output);
    }

    private static boolean works(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
