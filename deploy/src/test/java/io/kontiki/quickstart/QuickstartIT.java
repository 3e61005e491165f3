package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

    /** The addresses that it prints are those of brokers that are ready, and the processes that it names are they. */
    @Test
    void leavesAClusterAndSaysWhereItIs() throws IOException, InterruptedException {
        Path directory = RealProcesses.newDirectory("quickstart-kept");
        Path file = Files.write(directory.resolve("lines.txt"), List.of("one", "two"));

        List<String> output = run(directory, "--keep", file.toString());

        List<ProcessHandle> brokers = brokers(output);
        try {
            assertThat(brokers).hasSize(3).allMatch(ProcessHandle::isAlive);
            List<String[]> rows = output.stream()
                    .map(String::strip)
                    .filter(line -> line.matches("[123] .*"))
                    .map(line -> line.split(" +"))
                    .toList();
            assertThat(rows).hasSize(3);
            for (String[] row : rows) {
                assertThat(brokers).extracting(ProcessHandle::pid).contains(Long.parseLong(row[1]));
                assertThat(output).anyMatch(line -> line.contains("KONTIKI_BOOTSTRAP=") && line.contains(row[2]));
                assertThat(get(row[3])).contains("\nkontiki_broker_state{state=\"running\"} 1");
                assertThat(get(row[4])).contains("readyz passed");
                assertThat(configuration(output, row[0])).contains("broker.id=" + row[0], row[2]);
            }
        } finally {
            brokers.forEach(ProcessHandle::destroy);
            brokers.forEach(broker -> broker.onExit().join());
        }
    }

    /** Those of the line that tells how to stop them. */
    private static List<ProcessHandle> brokers(List<String> output) {
        String prefix = "stop it with: kill ";
        return output.stream()
                .filter(line -> line.startsWith(prefix))
                .flatMap(line -> Stream.of(line.substring(prefix.length()).split(" ")))
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                .toList();
    }

    /** The file that the command has which starts this broker again. */
    private static String configuration(List<String> output, String broker) throws IOException {
        String start = RealProcesses.distribution().resolve("bin/kontiki") + " server start --config ";
        List<Path> files = output.stream()
                .map(String::strip)
                .filter(line -> line.startsWith(start))
                .map(line -> Path.of(line.substring(start.length())))
                .toList();
        assertThat(files).hasSize(3);
        return Files.readString(files.get(Integer.parseInt(broker) - 1));
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static List<String> run(Path directory, String... arguments) throws IOException, InterruptedException {
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
                directory.toString()));
        command.addAll(List.of(arguments));
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
