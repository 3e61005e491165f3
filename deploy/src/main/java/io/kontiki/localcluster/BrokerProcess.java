package io.kontiki.localcluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One broker as a process of its own, started from a distribution: its files, its ports and its life. It touches no other
 * process than the one it started. Not thread-safe.
 */
public final class BrokerProcess {
    /** The variable of the environment that adds options to the broker's JVM. */
    public static final String JVM_OPTS = "KONTIKI_JVM_OPTS";

    /** What is enough for a small load, so that several brokers fit on a laptop. */
    private static final String HEAP_OPTS = "-Xms64m -Xmx256m -XX:MaxDirectMemorySize=256m";

    private static final int LOG_TAIL_LINES = 20;

    private final int id;
    private final BrokerHost host;
    private final Path distribution;
    private final Path directory;
    private final Map<String, String> config = new TreeMap<>();
    private final Map<String, String> environment = new TreeMap<>();
    private Process process;

    /** A broker on the loopback address, with this port for gRPC. */
    public BrokerProcess(int id, int port, Path distribution, Path directory) {
        this(id, BrokerHost.loopback(port), distribution, directory);
    }

    /** @param directory for configuration, data and log; it must exist */
    public BrokerProcess(int id, BrokerHost host, Path distribution, Path directory) {
        this.id = id;
        this.host = host;
        this.distribution = distribution;
        this.directory = directory;
        set("broker.id", Integer.toString(id));
        set("listeners", "GRPC://" + host.listens() + ":" + host.port());
        set("http.listener", host.httpEndpoint());
        set("advertised.listeners", "GRPC://" + host.endpoint());
        host.environment().forEach(this::setEnvironment);
        set("log.dirs", dataDirectory().toString());
    }

    /** Sets a configuration key for the next start. */
    public void set(String key, String value) {
        config.put(key, value);
    }

    /** Sets a variable of the environment for the next start. */
    public void setEnvironment(String name, String value) {
        environment.put(name, value);
    }

    /** Starts the process and returns at once. */
    public void start() throws IOException {
        if (isAlive()) {
            throw new IllegalStateException("broker " + id + " runs already");
        }
        Files.write(
                configFile(),
                config.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList(),
                StandardCharsets.UTF_8);
        List<String> command = new ArrayList<>(host.launcher());
        command.addAll(List.of(
                distribution.resolve("bin/kontiki").toString(),
                "server",
                "start",
                "--config",
                configFile().toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> variables = builder.environment();
        // Whatever the caller's shell says about a broker is not meant for this one.
        variables.keySet().removeIf(name -> name.toUpperCase(Locale.ROOT).startsWith("KONTIKI_"));
        variables.put("KONTIKI_HEAP_OPTS", HEAP_OPTS);
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        variables.putAll(environment);
        builder.directory(directory.toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()));
        process = builder.start();
        process.getOutputStream().close();
    }

    /** SIGKILL: the process gets no chance to tidy up. Returns when it is gone. */
    public void kill() {
        if (process != null) {
            process.destroyForcibly();
            awaitExit(Duration.ofSeconds(30));
        }
    }

    /** SIGTERM: asks the process to stop; returns at once. */
    public void terminate() {
        if (process != null) {
            process.destroy();
        }
    }

    /** SIGSTOP: the process stands still, with its connections open, until {@link #resume}. */
    public void pause() throws IOException {
        signal("STOP");
    }

    /** SIGCONT: the process goes on as if no time had passed. Does nothing to one that is gone. */
    public void resume() throws IOException {
        signal("CONT");
    }

    private void signal(String name) throws IOException {
        if (isAlive()) {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
            try {
                kill.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits until the process is gone; returns its exit code, or nothing if it still runs after so long. */
    public OptionalInt awaitExit(Duration timeout) {
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    ? OptionalInt.of(process.exitValue())
                    : OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Whether the process was started and is gone, however it ended. */
    public boolean hasExited() {
        return process != null && !process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    public int id() {
        return id;
    }

    public int port() {
        return host.port();
    }

    /** Where clients reach it. */
    public String endpoint() {
        return host.endpoint();
    }

    /** Where it serves metrics and health, as host:port; port 0 if its host was given none, so that it takes any. */
    public String httpEndpoint() {
        return host.httpEndpoint();
    }

    public Path dataDirectory() {
        return directory.resolve("data");
    }

    /** The configuration of its latest start. */
    public Path configFile() {
        return directory.resolve("server.properties");
    }

    /** Everything that all its runs printed. */
    public Path logFile() {
        return directory.resolve("broker.log");
    }

    public String log() throws IOException {
        return Files.exists(logFile()) ? Files.readString(logFile(), StandardCharsets.ISO_8859_1) : "";
    }

    /** The end of the log, for messages. */
    public String logTail() throws IOException {
        List<String> lines = log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    }
}
