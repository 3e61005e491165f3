package io.kontiki.chaos.pods;

import io.kontiki.chaos.network.NamespaceNetwork;
import io.kontiki.faults.Tools;
import io.kontiki.localcluster.BrokerHost;
import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The pods of the StatefulSet, their volumes, names and addresses: what its controller, the kubelet and the DNS of Kubernetes
 * do with them. Belongs to one thread.
 */
final class Pods implements AutoCloseable {
    private static final String CLUSTER = "svc.cluster.local";
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(30);

    private final PodTemplate template;
    private final Image image;
    private final NamespaceNetwork network;
    private final Path directory;
    private final Path names;
    private final Consumer<String> onWrong;
    private final NameServer nameServer;
    private final Kubelet kubelet;
    private final Map<Integer, Pod> running = new ConcurrentSkipListMap<>();
    private int started;

    /**
     * No pod yet, but the names can be asked for.
     *
     * @param directory for volumes and logs; it exists
     * @param names a file that is given to pods as {@code /etc/resolv.conf}, and is written here
     * @param onWrong told what a pod must not do, in words; on any thread
     */
    Pods(
            PodTemplate template,
            Image image,
            NamespaceNetwork network,
            Path directory,
            Path names,
            Consumer<String> onWrong)
            throws IOException {
        this.template = template;
        this.image = image;
        this.network = network;
        this.directory = directory;
        this.names = names;
        this.onWrong = onWrong;
        nameServer = NameServer.start(network.clientsAddress());
        // As the kubelet writes it.
        Files.writeString(
                names,
                "search " + template.namespace() + "." + CLUSTER + " " + CLUSTER + " cluster.local\nnameserver "
                        + network.clientsAddress() + "\noptions ndots:5\n");
        kubelet = new Kubelet(template, this::all, this::serve, onWrong);
    }

    private Collection<Pod> all() {
        return List.copyOf(running.values());
    }

    /** The Service in front of the brokers is one address in Kubernetes; here its name stands for those of ready pods. */
    private void serve(Set<Integer> readyNodes) {
        name(
                template.name(),
                all().stream()
                        .filter(pod -> readyNodes.contains(pod.node()))
                        .map(Pod::address)
                        .toList());
    }

    private void name(String name, List<String> addresses) {
        try {
            nameServer.set(name + "." + template.namespace() + "." + CLUSTER, addresses);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void name(int ordinal, List<String> addresses) {
        name(template.pod(ordinal) + "." + template.service(), addresses);
    }

    /** How many pods were started, each at an address of its own. */
    int started() {
        return started;
    }

    /** Creates these pods at once. A volume that is not there is made. */
    void create(Collection<Integer> ordinals) throws IOException {
        for (int ordinal : ordinals) {
            int node = ++started;
            BrokerHost host = network.join(node);
            // Also while it is not ready, as the headless Service says.
            name(ordinal, List.of(host.known()));
            Path volume = volume(ordinal);
            if (!Files.isDirectory(volume)) {
                Files.createDirectories(volume);
                Tools.run("chown", template.user() + ":" + template.user(), volume.toString());
            }
            Process process = image.start(
                    host, volume, names, template.environment(ordinal), template.args(), log(ordinal), stage(ordinal));
            running.put(ordinal, new Pod(ordinal, node, host.known(), process));
        }
    }

    private Path stage(int ordinal) throws IOException {
        return Files.createDirectories(directory.resolve("stage-" + ordinal));
    }

    /** Deletes these pods at once, in order: preStop, SIGTERM, and SIGKILL after the grace period. */
    void delete(Collection<Integer> ordinals) throws IOException {
        List<Pod> ending = ordinals.stream().map(this::pod).toList();
        long deadline = System.nanoTime() + template.grace().toNanos();
        ending.forEach(kubelet::onEnding);
        List<Process> hooks = new ArrayList<>();
        for (Pod pod : ending) {
            hooks.add(image.enter(
                    pod, template.environment(pod.ordinal()), template.preStop(), ProcessBuilder.Redirect.DISCARD));
        }
        for (Process hook : hooks) {
            await(hook, deadline);
        }
        ending.forEach(pod -> pod.process().destroy());
        for (Pod pod : ending) {
            if (!await(pod.process(), deadline)) {
                onWrong.accept("pod " + template.pod(pod.ordinal()) + " did not stop within its grace period");
            }
            forget(pod);
        }
    }

    /** A pod's node loses its power. Kubernetes does not notice yet. */
    void loseNode(int ordinal) {
        Pod pod = pod(ordinal);
        kubelet.onLost(pod);
        network.vanish(pod.node());
        pod.process().destroyForcibly();
    }

    /** Deletes a pod whose node is lost. */
    void deleteLost(int ordinal) {
        Pod pod = pod(ordinal);
        kubelet.onEnding(pod);
        forget(pod);
    }

    private void forget(Pod pod) {
        running.remove(pod.ordinal());
        network.leave(pod.node());
        await(pod.process(), System.nanoTime() + KILL_PATIENCE.toNanos());
        name(pod.ordinal(), List.of());
    }

    private static boolean await(Process process, long deadlineNanos) {
        try {
            return process.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Deletes the volume of an ordinal without a pod. */
    void deleteVolume(int ordinal) {
        FileTree.delete(volume(ordinal));
    }

    Path volume(int ordinal) {
        return directory.resolve("data-" + template.pod(ordinal));
    }

    /** What all pods of an ordinal printed. */
    Path log(int ordinal) {
        return directory.resolve(template.pod(ordinal) + ".log");
    }

    private Pod pod(int ordinal) {
        return Optional.ofNullable(running.get(ordinal))
                .orElseThrow(() -> new IllegalStateException("there is no pod " + template.pod(ordinal)));
    }

    boolean ready(int ordinal) {
        return kubelet.ready(pod(ordinal));
    }

    /** Fails if a pod ended by itself. */
    void checkAlive() {
        for (Pod pod : all()) {
            if (!pod.process().isAlive()) {
                throw new IllegalStateException("pod " + template.pod(pod.ordinal()) + " ended by itself with code "
                        + pod.process().exitValue() + "; see " + log(pod.ordinal()));
            }
        }
    }

    /** Runs {@code kontiki} in a pod, which must be running; returns at once. */
    Process kontiki(int ordinal, List<String> arguments, Path output) throws IOException {
        List<String> command = new ArrayList<>(List.of("kontiki"));
        command.addAll(arguments);
        return image.enter(
                pod(ordinal), template.environment(ordinal), command, ProcessBuilder.Redirect.to(output.toFile()));
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        kubelet.close();
        all().forEach(pod -> pod.process().destroyForcibly());
        nameServer.close();
    }
}
