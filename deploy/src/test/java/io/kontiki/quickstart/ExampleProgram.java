package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program of {@code examples/} that runs, and what it has printed. */
final class ExampleProgram implements AutoCloseable {
    /** Partition, offset, and the event, as a whole or in parts. */
    private static final Pattern READ = Pattern.compile("(\\d+ \\d+) .*user-(\\d).*?(\\d+)}?");

    private final Process process;
    private final Path output;
    private final Path errors;

    /**
     * An event that a consumer printed.
     *
     * @param place partition and offset, as {@link #stored} has them
     * @param user whose event it is
     * @param number that the producer gave it
     */
    record Read(String place, int user, int number) {}

    ExampleProgram(ProcessBuilder builder, Path directory) throws IOException {
        output = Files.createTempFile(directory, "program-", ".out");
        errors = Files.createTempFile(directory, "program-", ".err");
        process = builder.redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
    }

    /** Waits until it has ended well. */
    ExampleProgram ended() throws IOException, InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS))
                .as(() -> "ended in time: " + problems())
                .isTrue();
        assertThat(process.exitValue()).as(this::problems).isZero();
        return this;
    }

    /** What a producer printed: partition and offset of each event. */
    List<String> stored() throws IOException {
        return lines().stream().map(line -> line.replaceFirst("^stored ", "")).toList();
    }

    /** What a consumer printed. */
    List<Read> read() throws IOException {
        return lines().stream().map(ExampleProgram::read).toList();
    }

    private static Read read(String line) {
        Matcher parts = READ.matcher(line);
        assertThat(parts.matches()).as(line).isTrue();
        return new Read(parts.group(1), Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)));
    }

    /** Whole lines: one that is being written, or was when it was killed, is left out. */
    List<String> lines() throws IOException {
        String text = Files.readString(output);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String problems() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    /** By SIGKILL: it can tell nobody. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
