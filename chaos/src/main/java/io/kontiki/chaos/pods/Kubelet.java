package io.kontiki.chaos.pods;

import io.kontiki.chaos.pods.PodTemplate.Probe;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Asks pods whether they are ready and alive, as often as the manifest says. Thread-safe. */
final class Kubelet implements AutoCloseable {
    private final PodTemplate template;
    private final Supplier<Collection<Pod>> pods;
    private final Consumer<Set<Integer>> onReady;
    private final Consumer<String> onDead;

    /** Nodes of pods. */
    private final Set<Integer> ready = new ConcurrentSkipListSet<>();

    /** By node; only for pods that were ready once: before that, the probe of the start counts. */
    private final Map<Integer, Integer> failures = new ConcurrentHashMap<>();

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, work -> {
        Thread thread = new Thread(work, "rehearsal-kubelet");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Begins to ask.
     *
     * @param pods those that run now
     * @param onReady told after each round which nodes' pods are ready
     * @param onDead told of a pod that Kubernetes would have killed, in words
     */
    Kubelet(
            PodTemplate template,
            Supplier<Collection<Pod>> pods,
            Consumer<Set<Integer>> onReady,
            Consumer<String> onDead) {
        this.template = template;
        this.pods = pods;
        this.onReady = onReady;
        this.onDead = onDead;
        repeat(template.readiness(), this::askReady);
        repeat(template.liveness(), this::askAlive);
    }

    private void repeat(Probe probe, Runnable round) {
        long period = probe.period().toMillis();
        timer.scheduleWithFixedDelay(round, period, period, TimeUnit.MILLISECONDS);
    }

    boolean ready(Pod pod) {
        return ready.contains(pod.node());
    }

    /** It is about to go, so that the Service forgets it. */
    void onEnding(Pod pod) {
        ready.remove(pod.node());
        failures.remove(pod.node());
        onReady.accept(Set.copyOf(ready));
    }

    /** Its node is lost, and the kubelet there with it. */
    void onLost(Pod pod) {
        failures.remove(pod.node());
    }

    private void askReady() {
        for (Pod pod : pods.get()) {
            if (!succeeds(template.readiness(), pod)) {
                ready.remove(pod.node());
            } else if (ready.add(pod.node())) {
                failures.putIfAbsent(pod.node(), 0);
            }
        }
        ready.retainAll(pods.get().stream().map(Pod::node).toList());
        onReady.accept(Set.copyOf(ready));
    }

    private void askAlive() {
        for (Pod pod : pods.get()) {
            boolean alive = succeeds(template.liveness(), pod);
            Integer count = failures.computeIfPresent(pod.node(), (node, before) -> alive ? 0 : before + 1);
            if (count != null && count == template.liveness().failures()) {
                onDead.accept("pod " + template.pod(pod.ordinal()) + " failed its liveness probe " + count + " times");
            }
        }
    }

    private static boolean succeeds(Probe probe, Pod pod) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create("http://" + pod.address() + ":" + probe.port() + probe.path())
                            .toURL()
                            .openConnection();
            connection.setConnectTimeout((int) probe.timeout().toMillis());
            connection.setReadTimeout((int) probe.timeout().toMillis());
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException refused) {
            return false;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
