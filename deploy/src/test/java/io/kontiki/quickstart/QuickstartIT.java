package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QuickstartIT {
    private static final int LINES = 5000;

    @Test
    void losesNothingAndSaysSoInItsLastLine() throws IOException, InterruptedException {
        Path directory = RealProcesses.newDirectory("quickstart");
        Path file = Files.write(
                directory.resolve("lines.txt"),
                Lines.generate(LINES, new SplittableRandom(1)).stream()
                        .map(Line::text)
                        .toList());

        List<String> output = run(directory, file.toString());

        assertThat(output.get(output.size() - 1))
                .matches("sent 5000 acked 5000 consumed 5000 lost 0 duplicated 0 longest-gap-ms \\d+");
        assertThat(output).anyMatch(line -> line.startsWith("killed broker "));
    }

    private static List<String> run(Path directory, String file) throws IOException, InterruptedException {
        Path log = directory.resolve("output.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider",
                "-cp",
                System.getProperty("java.class.path"),
                Quickstart.class.getName(),
                "--distribution",
                RealProcesses.distribution().toString(),
                "--directory",
                directory.toString(),
                file));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended in time").isTrue();
            List<String> lines = Files.readAllLines(log, Line.BYTES);
            assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
            return lines;
        } finally {
            // SIGTERM, so that it stops its brokers.
            process.destroy();
        }
    }
}
