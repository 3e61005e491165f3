package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The command {@code kontiki}, run through the start script of the distribution against one cluster. */
public final class KontikiCommand {
    private static final long TIMEOUT_SECONDS = 180;

    private final Path directory;
    private final String bootstrap;

    /** @param bootstrap brokers that it asks first */
    public KontikiCommand(String bootstrap) throws IOException {
        this.directory = RealProcesses.newDirectory("command");
        this.bootstrap = bootstrap;
    }

    /** What a command said on its standard output. */
    public record Result(int exitCode, List<String> output) {}

    /** Runs it to its end, with a text as its standard input. */
    public Result run(String input, String... arguments) throws IOException, InterruptedException {
        Path in = Files.writeString(Files.createTempFile(directory, "in", ""), input);
        Path out = Files.createTempFile(directory, "out", "");
        Stream<String> script =
                Stream.of(RealProcesses.distribution().resolve("bin/kontiki").toString());
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(script, Arrays.stream(arguments)).toList());
        builder.environment().putAll(Map.of("KONTIKI_BOOTSTRAP", bootstrap));
        builder.redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(directory.resolve("errors").toFile());
        Process process = builder.start();
        assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .as("ended in time")
                .isTrue();
        return new Result(process.exitValue(), Files.readAllLines(out));
    }
}
