package io.kontiki.quickstart;

import io.kontiki.cli.output.ProgressBar;
import io.kontiki.client.KontikiException;
import io.kontiki.client.NewTopic;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.LateException;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.logging.LogManager;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Three brokers, a load, the death of the most important broker in the middle of it, and the proof that nothing was lost.
 *
 * <p>Its last line is {@code sent N acked N consumed N lost N duplicated N longest-gap-ms N}. Exit codes: 0 all is there;
 * 1 an acknowledged record was lost, altered or out of order within its key, or the run could not be finished; 2 wrong
 * arguments.
 */
public final class Quickstart {
    private static final String TOPIC = "quickstart";
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 6;
    private static final int GENERATED_LINES = 20_000;
    private static final long GENERATED_SEED = 1947;
    /** Lines on their way at a time: enough for full batches, few enough for the fault to meet the load, not a buffer. */
    private static final int PENDING_MAX = 1000;

    /** A line of the table of brokers: a port has at most five digits, a process seven. */
    private static final String TABLE = "  %-6s  %-7s  %-15s  %-30s  %s%n";

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Options options;
    private final PrintStream out;
    private final PrintStream terminal;
    /** Where everything of this run is; empty before there is anything. */
    private Optional<Path> run = Optional.empty();

    private Quickstart(Options options, PrintStream out, PrintStream terminal) {
        this.options = options;
        this.out = out;
        this.terminal = terminal;
    }

    /** For arguments see {@code deploy/quickstart}. */
    public static void main(String[] args) {
        // Libraries speak of broken connections, and breaking them is what this program is for.
        LogManager.getLogManager().reset();
        try {
            System.exit(new Quickstart(Options.parse(args), System.out, System.err).exitCode());
        } catch (IllegalArgumentException e) {
            System.err.println("quickstart: " + e.getMessage());
            System.exit(2);
        } catch (InterruptedException e) {
            System.exit(130);
        }
    }

    private int exitCode() throws InterruptedException {
        try {
            if (run()) {
                return 0;
            }
            tellWhereItIs("");
        } catch (LateException e) {
            terminal.println("quickstart: " + e.getMessage());
            tellWhereItIs("the machine was too busy? Run it again when it is quieter; ");
        } catch (IOException | KontikiException | IllegalStateException e) {
            terminal.println("quickstart: " + e.getMessage());
            tellWhereItIs("");
        }
        return 1;
    }

    private void tellWhereItIs(String advice) {
        run.ifPresent(directory ->
                terminal.println("quickstart: " + advice + "the brokers' logs and data are in " + directory));
    }

    private boolean run() throws IOException, InterruptedException {
        List<Line> lines = options.files().isEmpty()
                ? Lines.generate(GENERATED_LINES, new SplittableRandom(GENERATED_SEED))
                : Lines.read(options.files());
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("the files hold no line");
        }
        Files.createDirectories(options.directory());
        Path directory = Files.createTempDirectory(options.directory(), "run-");
        run = Optional.of(directory);
        boolean kept;
        try (LocalCluster cluster = LocalCluster.create(options.distribution(), directory, BROKERS);
                ClusterView view = new ClusterView(cluster.bootstrap())) {
            startCluster(cluster, view);
            History history = new History(System::nanoTime);
            sendThroughFault(cluster, view, lines, history);
            cluster.await("all replicas to be in sync again", PATIENCE, () -> view.whole(TOPIC));
            out.println("reading everything back");
            Verdict verdict = ReadBack.check(cluster.bootstrap(), TOPIC, history);
            kept = verdict.kept();
            if (options.keep()) {
                cluster.keep();
                tellHowToUse(cluster, directory);
            }
            report(history, verdict);
        }
        if (kept && !options.keep()) {
            delete(directory);
        }
        return kept;
    }

    private void startCluster(LocalCluster cluster, ClusterView view) throws IOException {
        long start = System.nanoTime();
        cluster.startAll();
        cluster.awaitReady(view, PATIENCE);
        out.printf("started %d brokers in %d ms: %s%n", BROKERS, millisSince(start), cluster.bootstrap());
        view.admin()
                .createTopic(NewTopic.named(TOPIC).withPartitions(PARTITIONS).withReplicationFactor(BROKERS));
        cluster.await("the topic's replicas to be in sync", PATIENCE, () -> view.whole(TOPIC));
        out.printf("created topic %s: %d partitions, replication factor %d%n", TOPIC, PARTITIONS, BROKERS);
    }

    /** Sends all lines; kills a broker when half of them are handed over, and restarts it after three quarters. */
    private void sendThroughFault(LocalCluster cluster, ClusterView view, List<Line> lines, History history)
            throws IOException, InterruptedException {
        BrokerProcess victim = cluster.broker(view.mostLeading(TOPIC));
        long led = view.leaderships(TOPIC).get(victim.id());
        long bytes = lines.stream().mapToLong(line -> line.text().length()).sum();
        out.printf("sending %d lines, %d bytes%n", lines.size(), bytes);
        ProgressBar bar = new ProgressBar(terminal, options.progress(), OptionalLong.of(bytes), System::nanoTime);
        long bytesSent = 0;
        try (Load load = new Load(cluster.bootstrap(), TOPIC, history, PENDING_MAX)) {
            for (Line line : lines) {
                if (line.index() == lines.size() / 2) {
                    victim.kill();
                    bar.clear();
                    out.printf(
                            "killed broker %d (SIGKILL), leader of %d of %d partitions, with %d lines acknowledged%n",
                            victim.id(), led, PARTITIONS, history.acked());
                }
                if (line.index() == lines.size() * 3L / 4) {
                    victim.start();
                    bar.clear();
                    out.printf("restarted broker %d, with %d lines acknowledged%n", victim.id(), history.acked());
                }
                load.send(line);
                bytesSent += line.text().length();
                bar.update(line.index() + 1L, bytesSent);
            }
            load.flush();
        } finally {
            bar.clear();
        }
        // With a line or two, half and three quarters are the same line.
        if (!victim.isAlive()) {
            victim.start();
        }
    }

    private void report(History history, Verdict verdict) {
        history.firstFailure()
                .ifPresent(message -> out.printf(
                        "%d lines were not acknowledged; the first was told: %s%n", history.failed(), message));
        verdict.findings().forEach(out::println);
        if (verdict.altered() > 0 || verdict.disordered() > 0) {
            out.printf("altered %d out-of-order %d%n", verdict.altered(), verdict.disordered());
        }
        out.printf(
                "sent %d acked %d consumed %d lost %d duplicated %d longest-gap-ms %d%n",
                history.sent(),
                history.acked(),
                verdict.consumed(),
                verdict.lost(),
                verdict.duplicated(),
                Duration.ofNanos(history.longestGapNanos()).toMillis());
    }

    private void tellHowToUse(LocalCluster cluster, Path directory) {
        out.println("the cluster keeps running; its files are in " + directory);
        out.printf(TABLE, "broker", "pid", "grpc", "metrics", "health");
        for (BrokerProcess broker : cluster.brokers()) {
            String http = "http://" + broker.httpEndpoint();
            out.printf(
                    TABLE, broker.id(), broker.pid(), broker.endpoint(), http + "/metrics", http + "/readyz?verbose");
        }
        String pids = cluster.brokers().stream()
                .map(broker -> Long.toString(broker.pid()))
                .collect(Collectors.joining(" "));
        String command = options.distribution().resolve("bin/kontiki").toString();
        out.println("try:");
        out.println("  export KONTIKI_BOOTSTRAP=" + cluster.bootstrap());
        out.println("  " + command + " cluster info");
        out.println("  " + command + " consume " + TOPIC + " --from earliest -n 5");
        out.println("  echo hello | " + command + " produce " + TOPIC);
        out.println("start one that was killed again with one of:");
        for (BrokerProcess broker : cluster.brokers()) {
            out.println("  " + command + " server start --config " + broker.configFile());
        }
        out.println("stop it with: kill " + pids);
    }

    private static long millisSince(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos).toMillis();
    }

    private static void delete(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.delete(file);
        }
    }
}
