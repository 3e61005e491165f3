package io.kontiki.chaos;

import io.kontiki.chaos.cluster.ReplicaComparison;
import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.HistoryFile;
import io.kontiki.chaos.network.NamespaceNetwork;
import io.kontiki.chaos.pods.PhaseTable;
import io.kontiki.chaos.pods.Rehearsal;
import io.kontiki.chaos.report.Report;
import io.kontiki.chaos.workload.Recording;
import io.kontiki.chaos.workload.Workload;
import io.kontiki.localcluster.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code k8s/rehearse}. Exit codes: 0 nothing is wrong; 1 something is, or the run failed; 2 wrong arguments; 3 not possible here. */
@Command(
        name = "k8s/rehearse",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lives through the life of the StatefulSet with processes on this machine, under a load.")
public final class Rehearse implements Callable<Integer> {
    private static final int EXIT_WRONG = 1;
    private static final int EXIT_NOT_HERE = 3;
    private static final Duration SERVING_MAX = Duration.ofSeconds(30);

    @Option(names = "--short", description = "only the start and one rolling restart, in haste")
    private boolean brief;

    @Option(names = "--rate", defaultValue = "300", description = "records sent in a second, in all (default 300)")
    private int rate;

    @Option(
            names = "--gap-max",
            defaultValue = "15",
            description = "seconds that a partition may take nothing where writes are to go on (default 15)")
    private int gapMaxSeconds;

    @Option(names = "--manifests", hidden = true, required = true)
    private Path manifests;

    @Option(names = "--distribution", hidden = true, required = true)
    private Path distribution;

    @Option(names = "--runs", hidden = true, required = true)
    private Path runs;

    @Option(names = "--names", hidden = true, required = true)
    private Path names;

    private Rehearse() {}

    /** Runs one command line and ends the process. */
    public static void main(String[] args) {
        // Libraries speak of broken connections, and breaking them is what this program is for.
        LogManager.getLogManager().reset();
        System.exit(new CommandLine(new Rehearse()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        names.toFile().deleteOnExit();
        Optional<String> obstacle = NamespaceNetwork.obstacle();
        if (obstacle.isPresent()) {
            System.err.println("k8s/rehearse: not possible here: " + obstacle.get());
            return EXIT_NOT_HERE;
        }
        Console console = new Console(System.err, false);
        Path directory = Files.createDirectories(
                runs.resolve(LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"))));
        Path pods = Files.createDirectory(directory.resolve("pods")).toRealPath();
        Warden warden = Warden.watch(pods);
        PhaseTable table;
        try {
            table = rehearse(directory, pods, console);
        } finally {
            warden.close();
        }
        return tell(directory, table);
    }

    private int tell(Path directory, PhaseTable table) throws IOException {
        Report report = Report.write(directory, "Rehearsal", SERVING_MAX);
        HistoryFile.read(directory.resolve(HistoryFile.NAME), table::onOperation);
        System.out.print(table.text());
        System.out.print(report.text());
        table.longerThan(Duration.ofSeconds(gapMaxSeconds).toNanos())
                .forEach(phase ->
                        System.out.println("WRONG: a gap of more than " + gapMaxSeconds + " s: " + phase.name()));
        System.out.println("volumes, logs and history: " + directory);
        boolean clean = report.verdict().clean()
                && table.longerThan(Duration.ofSeconds(gapMaxSeconds).toNanos()).isEmpty();
        return clean ? 0 : EXIT_WRONG;
    }

    private PhaseTable rehearse(Path directory, Path pods, Console console) throws IOException, InterruptedException {
        // Pods share a machine and know no limit of memory: the heap is told.
        Map<String, String> extra = Map.of(
                "KONTIKI_HEAP_OPTS", "-Xms64m -Xmx256m -XX:MaxDirectMemorySize=256m",
                "KONTIKI_JVM_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        Rehearsal.Files files = new Rehearsal.Files(manifests, distribution, pods, names, brief, extra);
        try (HistoryFile history = HistoryFile.create(directory.resolve(HistoryFile.NAME));
                NamespaceNetwork network = NamespaceNetwork.create(0)) {
            Recording recording = new Recording(history, Rehearsal.partitions(manifests));
            MachineLoad load = MachineLoad.watch(recording);
            try (Rehearsal rehearsal = new Rehearsal(
                    files, network, recording, console, wrong -> recording.notice(Anomaly.BROKER_ENDED, wrong))) {
                try {
                    live(rehearsal, recording);
                } catch (IllegalStateException e) {
                    recording.notice(Anomaly.RUN_FAILED, String.valueOf(e.getMessage()));
                }
                return new PhaseTable(rehearsal.phases());
            } finally {
                load.close();
            }
        }
    }

    private void live(Rehearsal rehearsal, Recording recording) throws IOException, InterruptedException {
        rehearsal.start();
        Workload workload = rehearsal.load(Rehearsal.partitions(manifests), rate);
        boolean through = false;
        try {
            phases(rehearsal);
            through = true;
        } catch (IllegalStateException e) {
            // What was acknowledged until then counts all the same.
            recording.notice(Anomaly.RUN_FAILED, e.getMessage());
        } finally {
            workload.stop();
        }
        if (workload.patientFailures() > 0) {
            recording.notice(Anomaly.SEND_FAILED, workload.patientFailures() + " sends failed");
        }
        Map<Integer, Long> committed = workload.readInTheEnd();
        if (!through) {
            return; // Nobody knows where the replicas are.
        }
        rehearsal.stopAll();
        committed.forEach((partition, end) -> ReplicaComparison.committedDifference(rehearsal.logs(partition), end)
                .ifPresent(text -> recording.notice(Anomaly.REPLICAS_DIFFER, "partition " + partition + ": " + text)));
    }

    private void phases(Rehearsal rehearsal) throws IOException, InterruptedException {
        rehearsal.rollingRestart();
        if (!brief) {
            rehearsal.lostVolume();
            rehearsal.grow();
            rehearsal.shrink();
            rehearsal.stopAndStartAll();
        }
    }
}
