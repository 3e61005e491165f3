package io.kontiki.chaos.pods;

import io.kontiki.chaos.network.NamespaceNetwork;
import io.kontiki.chaos.workload.Recording;
import io.kontiki.chaos.workload.Workload;
import io.kontiki.chaos.workload.WorkloadTarget;
import io.kontiki.localcluster.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The life of the StatefulSet: what {@code kubectl} and the runbooks of {@code docs/operations} would do with it, one phase
 * after the other, under a load. Every pod that starts has an address of its own. Belongs to one thread.
 */
public final class Rehearsal implements AutoCloseable {
    public static final String TOPIC = "rehearsal";

    private static final String OVERLAY = "production";
    private static final Duration READY_MAX = Duration.ofMinutes(3);
    private static final Duration DONE_MAX = Duration.ofMinutes(2);
    private static final int LOST = 1;
    private static final int GROWN = 5;

    /** Longer than the cluster is away as a whole. */
    private static final Duration DELIVERY_TIMEOUT = Duration.ofMinutes(3);

    private final PodTemplate template;
    private final Pods pods;
    private final Runbook runbook;
    private final Recording recording;
    private final Console console;
    private final List<Phase> phases = new ArrayList<>();

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /**
     * Nothing runs yet.
     *
     * @param files where manifests, image and names are, and where volumes and logs go
     * @param network without nodes
     * @param onWrong told what a pod must not do, in words; on any thread
     */
    public Rehearsal(
            Files files, NamespaceNetwork network, Recording recording, Console console, Consumer<String> onWrong)
            throws IOException {
        this.recording = recording;
        this.console = console;
        PodTemplate read = PodTemplate.read(files.manifests(), OVERLAY);
        template = files.hurried() ? read.hurried() : read;
        Image image = Image.build(files.distribution(), files.directory().resolve("image"), template, files.extra());
        if (!files.hurried()) {
            image.archiveClasses();
        }
        pods = new Pods(template, image, network, files.directory(), files.names(), onWrong);
        runbook = new Runbook(pods, files.directory());
    }

    /**
     * Where everything is.
     *
     * @param manifests the folder {@code k8s}
     * @param directory a new one, for all that is left
     * @param names the file that is {@code /etc/resolv.conf} in pods, and for this process
     * @param hurried whether to wait less than the manifests say where nothing is seen by it
     * @param extra variables of pods that the manifests do not have
     */
    public record Files(
            Path manifests,
            Path distribution,
            Path directory,
            Path names,
            boolean hurried,
            Map<String, String> extra) {}

    /** From nothing: all pods at once. Then a topic, with the settings of the cluster. */
    public void start() throws IOException, InterruptedException {
        phase("start from nothing", false, () -> {
            createAndAwait(ordinals(template.replicas()));
            runbook.run(0, "topic create " + TOPIC);
        });
    }

    /** Begins the load, by the Service. */
    public Workload load(int partitions, int recordsPerSecond) {
        WorkloadTarget target = new WorkloadTarget(template.name() + ":9392", TOPIC, partitions);
        return Workload.startPatient(target, recording, recordsPerSecond, DELIVERY_TIMEOUT);
    }

    /** As the controller of StatefulSets updates: from the last to the first, each ready for a while. */
    public void rollingRestart() throws IOException, InterruptedException {
        phase("rolling restart", true, () -> {
            for (int ordinal = template.replicas() - 1; ordinal >= 0; ordinal--) {
                pods.delete(List.of(ordinal));
                createAndAwait(List.of(ordinal));
                Thread.sleep(template.minReady().toMillis());
            }
            awaitInSync();
        });
    }

    /** By {@code docs/operations/lost-volume.md}. */
    public void lostVolume() throws IOException, InterruptedException {
        phase("node and its volume lost", true, () -> {
            pods.loseNode(LOST);
            runbook.await("the others to serve alone", DONE_MAX, served());
            pods.deleteLost(LOST);
            pods.deleteVolume(LOST);
            createAndAwait(List.of(LOST));
            awaitInSync();
            Runbook.Outcome quorum = runbook.end(runbook.start(0, "quorum status"));
            if (!quorum.output().contains("runs without this storage")) {
                throw Runbook.failed("quorum status", quorum);
            }
            changeQuorum("replace " + LOST);
            awaitQuorum();
        });
    }

    /** By {@code docs/operations/scale.md}. */
    public void grow() throws IOException, InterruptedException {
        phase("scale 3 to 5, partitions and votes", true, () -> {
            createAndAwait(IntStream.range(template.replicas(), GROWN).boxed().toList());
            runbook.run(0, "broker list");
            runbook.run(0, "partition balance");
            runbook.run(0, "partition balance --execute --throttle 20MB/s");
            runbook.run(0, "partition reassign --status");
            for (int ordinal = template.replicas(); ordinal < GROWN; ordinal++) {
                changeQuorum("add " + ordinal);
            }
            awaitQuorum();
        });
    }

    /** By {@code docs/operations/scale.md}. */
    public void shrink() throws IOException, InterruptedException {
        phase("scale 5 to 3", true, () -> {
            for (int ordinal = GROWN - 1; ordinal >= template.replicas(); ordinal--) {
                changeQuorum("remove " + ordinal);
            }
            for (int ordinal = GROWN - 1; ordinal >= template.replicas(); ordinal--) {
                decommission(ordinal);
            }
            awaitQuorum();
            awaitInSync();
        });
    }

    private void decommission(int ordinal) throws IOException, InterruptedException {
        Runbook.Command command = runbook.start(0, "broker decommission " + ordinal + " --yes --throttle 20MB/s");
        runbook.await("kontiki " + command.line() + " to say stop", DONE_MAX, () -> {
            try {
                return !command.process().isAlive() || command.output().contains("stop broker " + ordinal + " now");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        if (command.process().isAlive()) {
            pods.delete(List.of(ordinal));
        }
        Runbook.Outcome outcome = runbook.end(command);
        if (outcome.exitCode() != 0) {
            throw Runbook.failed(command.line(), outcome);
        }
        pods.deleteVolume(ordinal);
    }

    /** Scaled to none, and back. */
    public void stopAndStartAll() throws IOException, InterruptedException {
        phase("all stopped and started", false, () -> {
            pods.delete(ordinals(template.replicas()));
            createAndAwait(ordinals(template.replicas()));
            awaitQuorum();
            awaitInSync();
        });
    }

    private void phase(String name, boolean writes, Step step) throws IOException, InterruptedException {
        int before = pods.started();
        long began = recording.now();
        step.run();
        // Till writes go on.
        if (!phases.isEmpty()) {
            runbook.await("each partition to take records after: " + name, DONE_MAX, served());
        }
        long ended = recording.now();
        phases.add(new Phase(name, began, ended, pods.started() - before, writes));
        console.line(name + ": " + (ended - began) / 1_000_000_000 + " s");
    }

    /** True once each partition has taken a record that was sent from now on. */
    private java.util.function.BooleanSupplier served() {
        long now = recording.now();
        return () -> recording.allServedSince(now);
    }

    private void createAndAwait(Collection<Integer> ordinals) throws IOException, InterruptedException {
        pods.create(ordinals);
        runbook.await("pods " + ordinals + " to be ready", READY_MAX, () -> {
            pods.checkAlive();
            return ordinals.stream().allMatch(pods::ready);
        });
    }

    private void awaitInSync() throws IOException, InterruptedException {
        runbook.runUntilDone(0, "topic describe --under-replicated", DONE_MAX);
    }

    /** Such a change may be repeated where its outcome is not known, as when another voter is elected meanwhile. */
    private void changeQuorum(String change) throws IOException, InterruptedException {
        runbook.runUntilDone(0, "quorum " + change, DONE_MAX);
    }

    private void awaitQuorum() throws IOException, InterruptedException {
        runbook.runUntilDone(0, "quorum status", DONE_MAX);
    }

    private static List<Integer> ordinals(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** Stops all pods in order. */
    public void stopAll() throws IOException {
        pods.delete(ordinals(template.replicas()));
    }

    /** Where each pod's log of a partition is, by ordinal. */
    public Map<Integer, Path> logs(int partition) {
        Path data = template.dataMount().relativize(Path.of(template.settings().get("KONTIKI_LOG_DIRS")));
        Map<Integer, Path> logs = new TreeMap<>();
        for (int ordinal : ordinals(template.replicas())) {
            logs.put(ordinal, pods.volume(ordinal).resolve(data).resolve(TOPIC + "-" + partition));
        }
        return logs;
    }

    /** Partitions of the topic: those of any that names no number, as the manifests say. */
    public static int partitions(Path manifests) throws IOException {
        return Integer.parseInt(PodTemplate.read(manifests, OVERLAY).settings().get("KONTIKI_NUM_PARTITIONS"));
    }

    /** Those that are over. */
    public List<Phase> phases() {
        return List.copyOf(phases);
    }

    @Override
    public void close() {
        pods.close();
    }
}
