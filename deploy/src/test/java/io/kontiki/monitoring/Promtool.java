package io.kontiki.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The programs of Prometheus, if they are installed here. */
public final class Promtool {
    private Promtool() {}

    /** Whether there is such a program on the path. */
    public static boolean isThere(String program) {
        return Pattern.compile(Pattern.quote(System.getProperty("path.separator")))
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** Runs {@code promtool}, which must be content; returns what it said. */
    public static String run(String... arguments) throws IOException, InterruptedException {
        return finish(new ProcessBuilder(command(arguments)).redirectErrorStream(true));
    }

    /** As {@link #run}, with a file as its standard input. */
    static String runWith(Path input, String... arguments) throws IOException, InterruptedException {
        return finish(
                new ProcessBuilder(command(arguments)).redirectErrorStream(true).redirectInput(input.toFile()));
    }

    private static List<String> command(String... arguments) {
        return Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList();
    }

    private static String finish(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("promtool ends").isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
