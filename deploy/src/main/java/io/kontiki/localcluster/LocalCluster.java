package io.kontiki.localcluster;

import io.kontiki.client.KontikiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Brokers of one cluster as processes on the loopback address, each of them a voter of the metadata quorum. It ends what
 * it started: on {@link #close}, and when this process ends. Belongs to one thread.
 */
public final class LocalCluster implements AutoCloseable {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
    private static final long POLL_MILLIS = 20;

    private final Map<Integer, BrokerProcess> brokers = new TreeMap<>();
    private final Thread atExit = new Thread(this::killAll, "kontiki-local-cluster-exit");
    private boolean kept;

    private LocalCluster() {}

    /**
     * A cluster of brokers 1 to {@code count} with new directories below {@code directory}, not started yet.
     *
     * @param distribution the unpacked distribution to start them from
     */
    public static LocalCluster create(Path distribution, Path directory, int count) throws IOException {
        LocalCluster cluster = new LocalCluster();
        List<Integer> ports = FreePorts.find(2 * count);
        List<String> voters = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            Path home = Files.createDirectories(directory.resolve("broker-" + id));
            BrokerProcess broker = new BrokerProcess(id, ports.get(id - 1), distribution, home);
            String quorumListener = "127.0.0.1:" + ports.get(count + id - 1);
            broker.set("quorum.listener", quorumListener);
            voters.add(id + "@" + quorumListener);
            cluster.brokers.put(id, broker);
        }
        cluster.set("cluster.id", UUID.randomUUID().toString());
        cluster.set("quorum.voters", String.join(",", voters));
        Runtime.getRuntime().addShutdownHook(cluster.atExit);
        return cluster;
    }

    /** Sets a configuration key of every broker for its next start. */
    public void set(String key, String value) {
        brokers.values().forEach(broker -> broker.set(key, value));
    }

    /** Starts every broker that is not running and returns at once. */
    public void startAll() throws IOException {
        for (BrokerProcess broker : brokers.values()) {
            if (!broker.isAlive()) {
                broker.start();
            }
        }
    }

    public BrokerProcess broker(int id) {
        BrokerProcess broker = brokers.get(id);
        if (broker == null) {
            throw new IllegalArgumentException("there is no broker " + id);
        }
        return broker;
    }

    public List<BrokerProcess> brokers() {
        return List.copyOf(brokers.values());
    }

    /** Every broker's address, running or not. */
    public String bootstrap() {
        return brokers.values().stream().map(BrokerProcess::endpoint).collect(Collectors.joining(","));
    }

    /**
     * Waits until every running broker is registered and unfenced.
     *
     * @throws IllegalStateException if that takes longer, or if a broker has ended by itself meanwhile
     */
    public void awaitReady(ClusterView view, Duration timeout) throws IOException {
        List<BrokerProcess> starting =
                brokers.values().stream().filter(BrokerProcess::isAlive).toList();
        await(
                "brokers to be ready",
                timeout,
                () -> starting.stream()
                        .filter(BrokerProcess::hasExited)
                        .findFirst()
                        .map(LocalCluster::failStart)
                        .orElseGet(() -> view.serving(
                                starting.stream().map(BrokerProcess::id).toList())));
    }

    private static boolean failStart(BrokerProcess broker) {
        String tail;
        try {
            tail = broker.logTail();
        } catch (IOException e) {
            tail = e.toString();
        }
        throw new IllegalStateException("broker " + broker.id() + " ended while it started:\n" + tail);
    }

    /** Asks again and again until the condition holds; calls that fail for a reason of the cluster count as not yet. */
    public void await(String what, Duration timeout, BooleanSupplier condition) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        String last = "";
        while (System.nanoTime() - deadline < 0) {
            try {
                if (condition.getAsBoolean()) {
                    return;
                }
            } catch (KontikiException e) {
                last = "; the last answer was: " + e.getMessage();
            }
            pause();
        }
        throw new IllegalStateException("waited " + timeout.toSeconds() + " s for " + what + last + logTails());
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private String logTails() throws IOException {
        StringBuilder tails = new StringBuilder();
        for (BrokerProcess broker : brokers.values()) {
            tails.append("\n--- broker ")
                    .append(broker.id())
                    .append(broker.isAlive() ? ", running\n" : ", not running\n");
            tails.append(broker.logTail());
        }
        return tails.toString();
    }

    /** Leaves the brokers running for good: neither {@link #close} nor the end of this process stops them. */
    public void keep() {
        kept = true;
        disarm();
    }

    /** Stops every broker: asks first, all at once, and kills what does not listen. */
    @Override
    public void close() {
        if (kept) {
            return;
        }
        brokers.values().forEach(BrokerProcess::terminate);
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        for (BrokerProcess broker : brokers.values()) {
            if (broker.isAlive()) {
                broker.awaitExit(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
        }
        killAll();
        disarm();
    }

    private void disarm() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // Ctrl-C: the hook runs already, and does what close() would.
        }
    }

    private void killAll() {
        brokers.values().forEach(BrokerProcess::kill);
    }
}
