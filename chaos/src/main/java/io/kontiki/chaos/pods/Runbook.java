package io.kontiki.chaos.pods;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Commands of the runbooks, run in a pod as by {@code kubectl exec}, and what is waited for. Belongs to one thread. */
final class Runbook {
    private static final Duration COMMAND_MAX = Duration.ofMinutes(2);
    private static final long PAUSE_MILLIS = 100;

    private final Pods pods;
    private final Path directory;
    private int commands;

    /** @param directory for what commands print */
    Runbook(Pods pods, Path directory) {
        this.pods = pods;
        this.directory = directory;
    }

    /** What a command came to. */
    record Outcome(int exitCode, String output) {}

    /** A command that runs. */
    record Command(String line, Process process, Path file) {
        String output() throws IOException {
            return Files.readString(file);
        }
    }

    /** Starts {@code kontiki} with these words in a pod. */
    Command start(int ordinal, String line) throws IOException {
        Path output = directory.resolve("command-" + ++commands + ".txt");
        return new Command(line, pods.kontiki(ordinal, List.of(line.split(" ")), output), output);
    }

    /** Waits for its end. */
    Outcome end(Command command) throws IOException, InterruptedException {
        if (!command.process().waitFor(COMMAND_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            command.process().destroyForcibly();
            throw new IllegalStateException("kontiki " + command.line() + " did not end: "
                    + command.output().strip());
        }
        return new Outcome(command.process().exitValue(), command.output());
    }

    /** Runs {@code kontiki} with these words in a pod; returns what it printed. It must succeed. */
    String run(int ordinal, String line) throws IOException, InterruptedException {
        Command command = start(ordinal, line);
        Outcome outcome = end(command);
        if (outcome.exitCode() != 0) {
            throw failed(line, outcome);
        }
        return outcome.output();
    }

    /** As {@link #run}, but it may say that something is not yet as it is to be, and then is run again. */
    void runUntilDone(int ordinal, String line, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Outcome outcome = end(start(ordinal, line));
        while (outcome.exitCode() != 0) {
            if (System.nanoTime() - deadline > 0) {
                throw failed(line, outcome);
            }
            outcome = end(start(ordinal, line));
        }
    }

    static IllegalStateException failed(String line, Outcome outcome) {
        return new IllegalStateException("kontiki " + line + " exited with " + outcome.exitCode() + ": "
                + outcome.output().strip());
    }

    /** Waits until the condition holds and no pod ends by itself. */
    void await(String what, Duration patience, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("waited " + patience.toSeconds() + " s for " + what);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }
}
