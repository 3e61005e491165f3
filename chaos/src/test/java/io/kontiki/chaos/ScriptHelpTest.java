package io.kontiki.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks how something is used has perhaps not built it yet, and waits for nothing. */
class ScriptHelpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "chaos/run --help",
                "chaos/run check -h",
                "k8s/rehearse --help",
                "deploy/container/rehearse --help",
                "benchmark/run --help",
                "benchmark/run failover --help",
                "simulation/run --help",
                "simulation/run swarm --help"
            })
    void helpIsShown(String line) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(line.split(" ")));
        command.set(0, Path.of("..", command.get(0)).toAbsolutePath().toString());

        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String shown = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(shown).isZero();
        assertThat(shown).contains(line.substring(0, line.indexOf(' '))).doesNotContain("nothing is built");
    }
}
