package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The first steps of the README, through the start script of the distribution. */
class CommandIT {
    private static BrokerProcess broker;
    private static Path directory;

    @BeforeAll
    static void start() throws IOException {
        directory = RealProcesses.newDirectory("command");
        broker = SingleBroker.started("command");
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            SingleBroker.stop(broker);
        }
    }

    @Test
    void firstStepsOfTheReadmeWork() throws Exception {
        assertThat(kontiki("", "topic", "create", "greetings").exitCode()).isZero();
        assertThat(kontiki("hello\nworld\n", "produce", "greetings").exitCode()).isZero();

        Result consumed = kontiki("", "consume", "greetings", "--from", "earliest", "-n", "2");

        assertThat(consumed.exitCode()).isZero();
        assertThat(consumed.output()).containsExactly("hello", "world");
        assertThat(kontiki("", "topic", "list").output()).anyMatch(line -> line.contains("greetings"));
        assertThat(kontiki("", "cluster", "info").exitCode()).isZero();
    }

    @Test
    void failuresHaveTheirExitCodes() throws Exception {
        assertThat(kontiki("", "topic", "describe", "nowhere").exitCode()).isEqualTo(4);
        assertThat(kontiki("", "topic", "create").exitCode()).isEqualTo(2);
    }

    private record Result(int exitCode, List<String> output) {}

    private static Result kontiki(String input, String... arguments) throws IOException, InterruptedException {
        Path in = Files.writeString(Files.createTempFile(directory, "in", ""), input);
        Path out = Files.createTempFile(directory, "out", "");
        Stream<String> script =
                Stream.of(RealProcesses.distribution().resolve("bin/kontiki").toString());
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(script, Arrays.stream(arguments)).toList());
        builder.environment().putAll(Map.of("KONTIKI_BOOTSTRAP", broker.endpoint()));
        builder.redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(directory.resolve("errors").toFile());
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended in time").isTrue();
        return new Result(process.exitValue(), Files.readAllLines(out));
    }
}
