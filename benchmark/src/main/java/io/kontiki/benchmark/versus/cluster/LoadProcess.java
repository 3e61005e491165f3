package io.kontiki.benchmark.versus.cluster;

import io.kontiki.benchmark.versus.load.Parameters;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A process that puts load on a cluster and stops at each of its steps until it is told to go on. Belongs to one thread. */
public final class LoadProcess implements AutoCloseable {
    private static final int END_SECONDS_MAX = 120;
    private static final String STEP = "at ";
    private static final String PROGRESS = "... ";

    private final Process process;
    private final BufferedReader out;
    private final Writer in;
    private final Path errors;
    private final Consumer<String> progress;

    LoadProcess(List<String> command, Path errors, Consumer<String> progress) throws IOException {
        this.errors = errors;
        this.progress = progress;
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.to(errors.toFile()))
                .start();
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = process.outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Waits until the load has come to this step, and does not let it go on yet.
     *
     * @return what it told
     * @throws IOException if it failed before; the reason is in the message
     */
    public Parameters await(String step) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(PROGRESS)) {
                progress.accept(line.substring(PROGRESS.length()));
            } else if (line.startsWith(STEP)) {
                List<String> words = List.of(line.substring(STEP.length()).split(" "));
                if (!words.get(0).equals(step)) {
                    throw new IOException("the load is at step " + words.get(0) + ", not at " + step);
                }
                return Parameters.of(words.subList(1, words.size()));
            }
        }
        throw new IOException("the load ended before step " + step + ":\n" + Files.readString(errors));
    }

    /** Lets it go on. */
    public void go() throws IOException {
        in.write("go\n");
        in.flush();
    }

    /** The last go, after which the process ends well, or this fails. */
    public void finish() throws IOException {
        go();
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("the load did not end well:\n" + Files.readString(errors));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            out.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
