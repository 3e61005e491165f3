package io.kontiki.benchmark;

import io.kontiki.client.NewTopic;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.Console;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One partition, replication factor 3, a producer with acks=all at 1,000 records/s; its leader fails again and again. The
 * figure is the longest time between two acknowledgements around each failure.
 */
final class FailoverBenchmark {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOPIC = "failover";
    private static final int BROKERS = 3;
    private static final int RECORDS_PER_SECOND = 1000;
    /** Acknowledgements before and after each failure. */
    private static final int SETTLED = 1000;

    private static final String LEADER_ONLY = "leader";
    private static final String WITH_CONTROLLER = "leader and controller";

    /** How the leader fails. */
    enum Failure {
        /** The process is gone, and its connections break. */
        SIGKILL,
        /** The process stands still, and nothing breaks. It goes on once another one leads. */
        SIGSTOP
    }

    private final Path distribution;
    private final Path directory;
    private final int failures;
    private final Failure kind;
    private final boolean controllerToo;
    private final Console console = new Console(System.err, System.console() != null);

    /** By what failed. */
    private final Map<String, Phases> measured = new TreeMap<>();

    /** Milliseconds from one failure until each of these, and the gap that producers feel. */
    private record Phases(Figures fenced, Figures led, Figures gap) {
        Phases() {
            this(new Figures(), new Figures(), new Figures());
        }

        void add(FailureTrace trace, double gapMillis) {
            trace.fenced().ifPresent(fenced::add);
            trace.led().ifPresent(led::add);
            gap.add(gapMillis);
        }
    }

    /** @param controllerToo whether each leader that fails must be the controller as well, else it is left to chance */
    FailoverBenchmark(Path distribution, Path directory, int failures, Failure kind, boolean controllerToo) {
        this.distribution = distribution;
        this.directory = directory;
        this.failures = failures;
        this.kind = kind;
        this.controllerToo = controllerToo;
    }

    FailoverBenchmark run() throws IOException {
        try (LocalCluster cluster = LocalCluster.create(distribution, directory, BROKERS);
                ClusterView view = new ClusterView(cluster.bootstrap())) {
            cluster.startAll();
            cluster.awaitReady(view, PATIENCE);
            view.admin().createTopic(NewTopic.named(TOPIC).withPartitions(1).withReplicationFactor(BROKERS));
            awaitWhole(cluster, view);
            try (PacedLoad load = new PacedLoad(cluster.bootstrap(), TOPIC, RECORDS_PER_SECOND)) {
                for (int i = 1; i <= failures; i++) {
                    if (controllerToo) {
                        letLeaderControl(cluster, view);
                    }
                    failLeader(i, cluster, view, load);
                }
                load.failure().ifPresent(cause -> {
                    throw new IllegalStateException("a record was not acknowledged", cause);
                });
            }
        }
        return this;
    }

    private void failLeader(int number, LocalCluster cluster, ClusterView view, PacedLoad load) throws IOException {
        awaitAcks(cluster, load);
        BrokerProcess leader = cluster.broker(view.leader(TOPIC, 0).orElseThrow());
        String what = leaderIsController(view) ? WITH_CONTROLLER : LEADER_ONLY;
        load.startWatch();
        Instant failed = Instant.now();
        fail(leader);
        awaitAcks(cluster, load);
        double gap = load.longestGapMillis();
        FailureTrace trace = FailureTrace.since(failed, cluster, TOPIC);
        measured.computeIfAbsent(what, none -> new Phases()).add(trace, gap);
        console.line(String.format(
                Locale.ROOT,
                "%s %d of %d: broker %d, %s, %sgap %.0f ms",
                kind,
                number,
                failures,
                leader.id(),
                what,
                trace,
                gap));
        console.progress((double) number / failures, String.format(Locale.ROOT, "the last gap was %.0f ms", gap));
        restore(leader);
        awaitWhole(cluster, view);
    }

    private void fail(BrokerProcess broker) throws IOException {
        switch (kind) {
            case SIGKILL -> broker.kill();
            case SIGSTOP -> broker.pause();
        }
    }

    private void restore(BrokerProcess broker) throws IOException {
        switch (kind) {
            case SIGKILL -> broker.start();
            case SIGSTOP -> broker.resume();
        }
    }

    private static boolean leaderIsController(ClusterView view) {
        return view.leader(TOPIC, 0).equals(view.controller());
    }

    private static void letLeaderControl(LocalCluster cluster, ClusterView view) throws IOException {
        cluster.await("the leader to be the controller", PATIENCE, () -> {
            if (!leaderIsController(view)) {
                view.admin().transferQuorumLeadership(view.leader(TOPIC, 0).orElseThrow());
            }
            return leaderIsController(view);
        });
    }

    private static void awaitWhole(LocalCluster cluster, ClusterView view) throws IOException {
        cluster.await("the topic's replicas to be in sync", PATIENCE, () -> view.whole(TOPIC));
    }

    private static void awaitAcks(LocalCluster cluster, PacedLoad load) throws IOException {
        long goal = load.acknowledged() + SETTLED;
        cluster.await("acknowledgements", PATIENCE, () -> load.acknowledged() >= goal);
    }

    void print() {
        console.finish();
        System.out.printf("%n%-44s %8s %10s %10s %10s%n", kind, "times", "p50 ms", "p99 ms", "max ms");
        measured.forEach((what, phases) -> {
            print(what + ", fenced after", phases.fenced());
            print(what + ", another leads after", phases.led());
            print(what + ", produce gap", phases.gap());
        });
    }

    private static void print(String what, Figures figures) {
        if (figures.count() > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "%-44s %8d %10.0f %10.0f %10.0f%n",
                    what,
                    figures.count(),
                    figures.percentile(50),
                    figures.percentile(99),
                    figures.max());
        }
    }

    void writeJson(Path file) throws IOException {
        String rows = measured.entrySet().stream()
                .map(row -> "{\"failed\":\"" + row.getKey() + "\",\"fenced\":"
                        + json(row.getValue().fenced()) + ",\"led\":"
                        + json(row.getValue().led()) + ",\"produceGap\":"
                        + json(row.getValue().gap()) + "}")
                .collect(Collectors.joining(","));
        Files.writeString(
                file,
                "{\"failure\":\"" + kind + "\",\"recordsPerSecond\":" + RECORDS_PER_SECOND + ",\"failures\":[" + rows
                        + "]}\n");
    }

    private static String json(Figures figures) {
        return figures.count() == 0
                ? "null"
                : String.format(
                        Locale.ROOT,
                        "{\"times\":%d,\"p50Millis\":%.1f,\"p99Millis\":%.1f,\"maxMillis\":%.1f}",
                        figures.count(),
                        figures.percentile(50),
                        figures.percentile(99),
                        figures.max());
    }
}
