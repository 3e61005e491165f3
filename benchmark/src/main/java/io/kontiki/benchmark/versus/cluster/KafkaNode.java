package io.kontiki.benchmark.versus.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One of Kafka's brokers as a process, started as its own scripts start it. Belongs to one thread. */
final class KafkaNode {
    private static final int LOG_TAIL_LINES = 20;
    private static final int STOP_SECONDS_MAX = 120;

    /** From Kafka's {@code kafka-run-class.sh}; the collector comes with the heap. */
    private static final List<String> JVM_OPTIONS = List.of(
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "-Djava.awt.headless=true");

    /** INFO to the console, which is a file here. */
    private static final String LOGGING = """
            status=error
            appender.console.type=Console
            appender.console.name=console
            appender.console.layout.type=PatternLayout
            appender.console.layout.pattern=[%d] %p %m (%c)%n
            rootLogger.level=info
            rootLogger.appenderRef.console.ref=console
            """;

    private final int id;
    private final Path jars;
    private final Path directory;
    private final JvmMemory memory;
    private Process process;

    KafkaNode(int id, Path jars, Path directory, KafkaConfig config, JvmMemory memory) throws IOException {
        this.id = id;
        this.jars = jars;
        this.directory = directory;
        this.memory = memory;
        Files.write(configFile(), config.lines(id, directory.resolve("data").toString()));
        Files.writeString(loggingFile(), LOGGING);
    }

    private Path configFile() {
        return directory.resolve("server.properties");
    }

    private Path loggingFile() {
        return directory.resolve("log4j2.properties");
    }

    private Path logFile() {
        return directory.resolve("broker.log");
    }

    /** Prepares the data directory; returns at once, see {@link #requireFormatted}. */
    Process format(String clusterId) throws IOException {
        return run(
                List.of("-XX:TieredStopAtLevel=1"),
                "kafka.tools.StorageTool",
                "format",
                "--cluster-id",
                clusterId,
                "--config",
                configFile().toString());
    }

    /** Waits for the end of that. */
    void requireFormatted(Process formatting) throws IOException {
        if (!exits(formatting) || formatting.exitValue() != 0) {
            throw new IOException("the directory of Kafka's broker " + id + " was not prepared:\n" + logTail());
        }
    }

    void start() throws IOException {
        List<String> options = new ArrayList<>(memory.options());
        options.addAll(JVM_OPTIONS);
        process = run(options, "kafka.Kafka", configFile().toString());
    }

    private Process run(List<String> options, String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-Dlog4j2.configurationFile=" + loggingFile());
        command.addAll(List.of("-cp", jars.resolve("*").toString(), main));
        command.addAll(Arrays.asList(arguments));
        Process started = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                .start();
        started.getOutputStream().close();
        return started;
    }

    void terminate() {
        if (process != null) {
            process.destroy();
        }
    }

    /** Waits for the end after {@link #terminate}. */
    void awaitEnd() throws IOException {
        if (process != null && !exits(process)) {
            throw new IOException("Kafka's broker " + id + " did not stop within " + STOP_SECONDS_MAX + " s");
        }
    }

    void kill() {
        if (process != null) {
            process.destroyForcibly();
            exits(process);
        }
    }

    /** Waits for the end of a process; false if it does not come. */
    static boolean exits(Process process) {
        try {
            return process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    String logTail() throws IOException {
        List<String> lines =
                Files.exists(logFile()) ? Files.readAllLines(logFile(), StandardCharsets.ISO_8859_1) : List.of();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    }
}
