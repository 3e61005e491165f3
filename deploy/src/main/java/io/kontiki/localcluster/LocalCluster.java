package io.kontiki.localcluster;

import io.kontiki.client.KontikiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Brokers of one cluster as processes on this machine. It ends what it started: on {@link #close}, and when this process
 * ends. Belongs to one thread.
 */
public final class LocalCluster implements AutoCloseable {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
    private static final long POLL_MILLIS = 20;

    private final Map<Integer, BrokerProcess> brokers = new TreeMap<>();
    private final Thread atExit = new Thread(this::killAll, "kontiki-local-cluster-exit");
    private boolean kept;

    private LocalCluster() {}

    /**
     * A cluster of brokers 1 to {@code count} on the loopback address, all of them voters of the metadata quorum, with new
     * directories below {@code directory}; not started yet.
     *
     * @param distribution the unpacked distribution to start them from
     */
    public static LocalCluster create(Path distribution, Path directory, int count) throws IOException {
        return create(distribution, directory, loopbackHosts(count), count);
    }

    /** So many hosts on the loopback address, at free ports. */
    public static List<BrokerHost> loopbackHosts(int count) throws IOException {
        List<Integer> ports = FreePorts.find(3 * count);
        return IntStream.range(0, count)
                .mapToObj(index ->
                        BrokerHost.loopback(ports.get(index), ports.get(count + index), ports.get(2 * count + index)))
                .toList();
    }

    /**
     * As {@link #create(Path, Path, int)}, on these hosts, the first for broker 1.
     *
     * @param voters the brokers from 1 to this one are voters of the metadata quorum
     */
    public static LocalCluster create(Path distribution, Path directory, List<BrokerHost> hosts, int voters)
            throws IOException {
        LocalCluster cluster = new LocalCluster();
        for (int id = 1; id <= hosts.size(); id++) {
            Path home = Files.createDirectories(directory.resolve("broker-" + id));
            cluster.brokers.put(id, new BrokerProcess(id, hosts.get(id - 1), distribution, home));
        }
        cluster.set("cluster.id", UUID.randomUUID().toString());
        cluster.setQuorum(hosts, voters);
        Runtime.getRuntime().addShutdownHook(cluster.atExit);
        return cluster;
    }

    private void setQuorum(List<BrokerHost> hosts, int voters) {
        String all = IntStream.rangeClosed(1, voters)
                .mapToObj(id -> id + "@" + hosts.get(id - 1).quorumEndpoint())
                .collect(Collectors.joining(","));
        String bootstrap = IntStream.rangeClosed(1, voters)
                .mapToObj(id -> brokers.get(id).endpoint())
                .collect(Collectors.joining(","));
        brokers.forEach((id, broker) -> {
            // The others may be asked to vote later.
            broker.set("quorum.listener", hosts.get(id - 1).quorumListener());
            if (id <= voters) {
                broker.set("quorum.voters", all);
            } else {
                broker.set("metadata.bootstrap.servers", bootstrap);
            }
        });
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
     * @throws LateException if that takes longer
     * @throws IllegalStateException if a broker has ended by itself meanwhile
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

    /**
     * Asks again and again until the condition holds; calls that fail for a reason of the cluster count as not yet.
     *
     * @throws LateException if it does not in that time
     */
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
        throw new LateException("waited " + timeout.toSeconds() + " s for " + what + last + logTails());
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
