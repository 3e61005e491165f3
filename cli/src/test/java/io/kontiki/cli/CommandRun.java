package io.kontiki.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ParameterException;

/** Runs command lines in this process, with streams and environment of the test. */
final class CommandRun {
    static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final StopSignal stop = new StopSignal();
    private byte[] in = {};
    private boolean terminal;
    private OutputStream sink = out;

    CommandRun with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    CommandRun input(String text) {
        in = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    /** As if people were at both ends of all streams. */
    CommandRun onTerminal() {
        terminal = true;
        return this;
    }

    CommandRun outputTo(OutputStream stream) {
        sink = stream;
        return this;
    }

    /** Runs and returns the exit code. */
    int run(String... args) {
        return kontiki().run(args);
    }

    /** Reads a command line and runs nothing; what is wrong with it, if anything is. */
    Optional<ParameterException> misuse(String... args) {
        try {
            kontiki().commandLine().parseArgs(args);
            return Optional.empty();
        } catch (ParameterException e) {
            return Optional.of(e);
        }
    }

    private Kontiki kontiki() {
        var errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        var surroundings = new Terminal(
                new ByteArrayInputStream(in), sink, errors, terminal, terminal, terminal, Map.copyOf(environment));
        return new Kontiki(surroundings, InstantSource.fixed(NOW), stop);
    }

    StopSignal stop() {
        return stop;
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
