package io.kontiki.faults;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/** One {@link LogProcess}, and what of it the {@link ExpectedLog} is to know. Two threads: one reads what it prints. */
final class LogRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TAIL_LINES = 30;

    private final int run;
    private final ExpectedLog expected;
    private final Process process;
    private final Thread reader = new Thread(this::readAll, "log-process-output");
    private final TreeMap<Long, Integer> found = new TreeMap<>();
    private final Deque<String> tail = new ArrayDeque<>();
    private volatile boolean opened;
    private volatile long flushes;
    private volatile boolean full;
    private volatile String failure = "";
    private volatile AssertionError finding;

    private LogRun(int run, ExpectedLog expected, Process process) {
        this.run = run;
        this.expected = expected;
        this.process = process;
    }

    /** @param environment in addition to that of this process */
    static LogRun start(Path root, int run, long seed, ExpectedLog expected, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                LogProcess.class.getName(),
                root.toString(),
                Integer.toString(run),
                Long.toString(seed));
        builder.environment().putAll(environment);
        LogRun started =
                new LogRun(run, expected, builder.redirectErrorStream(true).start());
        started.reader.start();
        return started;
    }

    private void readAll() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                onLine(line);
            }
        } catch (AssertionError e) {
            finding = e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void onLine(String line) {
        tail.addLast(line);
        if (tail.size() > TAIL_LINES) {
            tail.removeFirst();
        }
        if (!line.startsWith("> ")) {
            return;
        }
        String[] words = line.substring(2).split(" ");
        switch (words[0]) {
            case "run" -> found.put(Long.parseLong(words[2]), Integer.parseInt(words[1]));
            case "opened" -> {
                expected.onOpened(run, found, Long.parseLong(words[1]));
                opened = true;
            }
            case "truncating" -> expected.onTruncating(Long.parseLong(words[1]));
            case "truncated" -> expected.onTruncated(run, Long.parseLong(words[1]));
            case "flushed" -> {
                long before = expected.flushed();
                expected.onFlushed(Long.parseLong(words[1]));
                if (expected.flushed() > before) {
                    flushes++;
                }
            }
            case "full" -> full = true;
            case "room" -> full = false;
            default -> failure = words[0];
        }
    }

    void awaitOpened() {
        awaitOrEnd(() -> opened);
    }

    /** Waits for so many flushes that found something to flush. */
    void awaitFlushes(long count) {
        awaitOrEnd(() -> flushes >= count);
    }

    /** Waits for so many more such flushes. */
    void awaitMoreFlushes(long count) {
        awaitFlushes(flushes + count);
    }

    /** Waits until an append finds no room. */
    void awaitFull() {
        awaitOrEnd(() -> full);
    }

    /** Waits until one finds room again. */
    void awaitRoom() {
        awaitOrEnd(() -> !full);
    }

    /** Waits until an append or flush failed; returns whether everything after it was refused. */
    boolean awaitFailure() {
        awaitOrEnd(() -> !failure.isEmpty());
        return failure.equals("failed");
    }

    /**
     * The process stands still from now on, as all of a machine does without power. A flush that the cut of the file system
     * meets may return as if it had been done, and a process that goes on would take that for true.
     */
    void freeze() {
        Tools.run("kill", "-STOP", Long.toString(process.pid()));
    }

    private void awaitOrEnd(java.util.concurrent.Callable<Boolean> condition) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> condition.call() || !reader.isAlive() || finding != null);
        try {
            if (!condition.call()) {
                throw new AssertionError("the process ended early: " + String.join("\n", tail), finding);
            }
        } catch (AssertionError e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Kills the process, and throws what was found wrong with what it told. */
    @Override
    public void close() {
        // Not by the process itself, which would close its output and lose what is not read yet.
        process.toHandle().destroyForcibly();
        try {
            reader.join();
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (finding != null) {
            throw finding;
        }
    }

    /** Whether it said that it had opened the log, once it is closed. */
    boolean opened() {
        return opened;
    }

    String tail() {
        return String.join("\n", tail);
    }
}
