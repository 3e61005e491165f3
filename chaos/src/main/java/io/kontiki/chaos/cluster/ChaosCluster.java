package io.kontiki.chaos.cluster;

import io.kontiki.chaos.network.LoopbackNetwork;
import io.kontiki.chaos.network.NamespaceNetwork;
import io.kontiki.chaos.network.Network;
import io.kontiki.client.KontikiException;
import io.kontiki.client.NewTopic;
import io.kontiki.client.PartitionInfo;
import io.kontiki.faults.LoopFileSystem;
import io.kontiki.localcluster.BrokerHost;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The brokers of a run, with their networks and disks. Belongs to one thread. */
public final class ChaosCluster implements AutoCloseable {
    public static final String TOPIC = "chaos";

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(75);
    private static final long DISK_BYTES = 1L << 30;

    private final Layout layout;
    private final Optional<Network> network;
    private final Map<Integer, LoopFileSystem> disks = new TreeMap<>();
    private final LocalCluster brokers;
    private final Optional<PreloadedFaults> preloaded;
    private final ClusterView view;
    private final Operator operator;
    private final List<List<Integer>> replicas = new ArrayList<>();

    /** Brokers that a fault keeps from running. */
    private final Set<Integer> heldDown = new HashSet<>();

    /** Until when a broker may end by itself, for what was done to it; by {@code System.nanoTime}. */
    private final Map<Integer, Long> excusedUntil = new HashMap<>();

    /** The last run that was noted of each broker whose power was cut. */
    private final Map<Integer, Long> cutRuns = new HashMap<>();

    /** A broker that ended by itself. */
    public record Ended(int broker, boolean excused) {}

    private ChaosCluster(Layout layout, BrokerSetup setup, Path directory) throws IOException {
        this.layout = layout;
        network = switch (layout.network()) {
            case PLAIN -> Optional.empty();
            case NAMESPACES -> Optional.of(NamespaceNetwork.create(layout.brokers()));
            case PROXIES -> Optional.of(LoopbackNetwork.create(layout.brokers(), directory, hostsFile()));
        };
        List<BrokerHost> hosts =
                network.isPresent() ? network.get().hosts() : LocalCluster.loopbackHosts(layout.brokers());
        brokers = LocalCluster.create(setup.distribution(), directory, hosts, layout.voters());
        view = new ClusterView(brokers.bootstrap());
        operator = new Operator(view.admin(), layout);
        // Small, so that segments are rolled all the time.
        brokers.set("log.segment.bytes", "256KiB");
        brokers.set("default.replication.factor", Integer.toString(layout.replicationFactor()));
        setup.config().forEach(brokers::set);
        preloaded = layout.preloads() ? Optional.of(new PreloadedFaults(directory)) : Optional.empty();
        for (BrokerProcess broker : brokers.brokers()) {
            if (layout.ownDisks()) {
                disks.put(broker.id(), LoopFileSystem.create(DISK_BYTES));
            }
            if (preloaded.isPresent()) {
                preloaded.get().preload(broker);
            }
            broker.setEnvironment(BrokerProcess.JVM_OPTS, setup.jvmOptions());
            broker.set("log.dirs", dataDirectory(broker.id()).toString());
        }
    }

    /** Starts a new cluster with an empty topic, whose replicas are in sync. */
    public static ChaosCluster start(Layout layout, BrokerSetup setup, Path directory) throws IOException {
        ChaosCluster cluster = new ChaosCluster(layout, setup, directory);
        try {
            cluster.start();
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private void start() throws IOException {
        brokers.startAll();
        brokers.awaitReady(view, PATIENCE);
        view.admin()
                .createTopic(NewTopic.named(TOPIC)
                        .withPartitions(layout.partitions())
                        .withReplicationFactor(layout.replicationFactor())
                        .withConfig("flush.mode", layout.flush()));
        brokers.await("the replicas to be in sync", PATIENCE, () -> view.whole(TOPIC));
        noteReplicas();
    }

    public Layout layout() {
        return layout;
    }

    public String bootstrap() {
        return brokers.bootstrap();
    }

    public BrokerProcess broker(int id) {
        return brokers.broker(id);
    }

    public List<Integer> ids() {
        return brokers.brokers().stream().map(BrokerProcess::id).toList();
    }

    /** All but one. */
    public List<Integer> others(int broker) {
        return ids().stream().filter(id -> id != broker).toList();
    }

    public boolean votes(int broker) {
        return broker <= layout.voters();
    }

    /** The network of the brokers. */
    public Network network() {
        return network.orElseThrow(() -> new IllegalStateException("the brokers have no network of their own"));
    }

    /** A broker's disk. */
    public LoopFileSystem disk(int broker) {
        LoopFileSystem disk = disks.get(broker);
        if (disk == null) {
            throw new IllegalStateException("broker " + broker + " has no disk of its own");
        }
        return disk;
    }

    /** The leader of a partition, as far as the cluster can tell now. */
    public OptionalInt leader(int partition) {
        try {
            return view.leader(TOPIC, partition);
        } catch (KontikiException unreachable) {
            return OptionalInt.empty();
        }
    }

    /** The leader of the metadata quorum, as far as the cluster can tell now. */
    public OptionalInt controller() {
        try {
            return view.controller();
        } catch (KontikiException unreachable) {
            return OptionalInt.empty();
        }
    }

    /** The replicas of a partition, as they were when the cluster was whole the last time. */
    public List<Integer> replicas(int partition) {
        return replicas.get(partition);
    }

    /** Whether each partition that the broker holds has another replica with all that was acknowledged, as far as is known. */
    public boolean isSpared(int broker) {
        try {
            return view.admin().describeTopic(TOPIC).topic().partitions().stream()
                    .filter(partition -> partition.replicas().contains(broker))
                    .allMatch(partition -> Stream.concat(partition.isr().stream(), partition.elr().stream())
                            .anyMatch(other -> other != broker));
        } catch (KontikiException unreachable) {
            return false;
        }
    }

    /** Begins to move a replica of the topic to another broker; tells which. */
    public String moveAway(int broker) {
        return operator.moveAway(TOPIC, broker);
    }

    public String cancelMoves() {
        return operator.cancelMoves();
    }

    /** Asks for the first replicas to lead. */
    public String electPreferred() {
        return operator.electPreferred(TOPIC);
    }

    /** To be called before the power of brokers is cut, so that {@link #electUncleanly} knows their next runs from these. */
    public void noteRuns(List<Integer> cut) {
        try {
            view.admin().describeCluster().brokers().stream()
                    .filter(broker -> cut.contains(broker.id()))
                    .forEach(broker -> cutRuns.put(broker.id(), broker.epoch()));
        } catch (KontikiException unreachable) {
            // What was noted before is of an earlier run, and as good.
        }
    }

    /** By one answer: that of another broker may be older. */
    private boolean runsAnew() {
        Map<Integer, Long> running = new HashMap<>();
        view.admin().describeCluster().brokers().stream()
                .filter(broker -> !broker.fenced())
                .forEach(broker -> running.put(broker.id(), broker.epoch()));
        return ids().stream()
                .allMatch(id -> running.containsKey(id) && running.get(id) > cutRuns.getOrDefault(id, -1L));
    }

    /**
     * Waits for all brokers, and elects leaders where no complete replica is left.
     *
     * @return where the logs of such partitions end now
     */
    public Map<Integer, Long> electUncleanly() throws IOException {
        Map<Integer, Long> ends = new TreeMap<>();
        // As long as nobody looked at them, the quorum takes runs that are gone for running.
        brokers.await("the brokers' new runs", PATIENCE, this::runsAnew);
        brokers.await("leaders of all partitions", PATIENCE, () -> operator.electUncleanly(TOPIC, ends));
        return ends;
    }

    /** Makes a topic that nobody uses. */
    public String createPassingTopic() {
        return operator.createPassingTopic();
    }

    public String deletePassingTopic() {
        return operator.deletePassingTopic();
    }

    /** SIGKILL; the broker stays down until {@link #revive}. */
    public void kill(int broker) {
        heldDown.add(broker);
        broker(broker).kill();
    }

    /** Asks the broker to stop and waits for it; it stays down until {@link #revive}. False if it had to be killed. */
    public boolean stop(int broker) {
        heldDown.add(broker);
        broker(broker).terminate();
        boolean stopped = broker(broker).awaitExit(STOP_TIMEOUT).isPresent();
        if (!stopped) {
            broker(broker).kill();
        }
        return stopped;
    }

    /** The broker may end by itself, and is not started until {@link #revive}. */
    public void hold(int broker) {
        heldDown.add(broker);
    }

    /** The broker may end by itself for so long, and then is started again. */
    public void excuse(int broker, Duration time) {
        excusedUntil.put(broker, System.nanoTime() + time.toNanos());
    }

    /** Lets the broker run again, whatever was done to its process. */
    public void revive(int broker) throws IOException {
        heldDown.remove(broker);
        broker(broker).resume();
        if (!broker(broker).isAlive()) {
            broker(broker).start();
        }
    }

    private static Path hostsFile() {
        String file = System.getProperty("jdk.net.hosts.file");
        if (file == null) {
            throw new IllegalStateException("the system property jdk.net.hosts.file must name a file to be written");
        }
        Path path = Path.of(file);
        path.toFile().deleteOnExit();
        return path;
    }

    private static void resume(BrokerProcess broker) {
        try {
            broker.resume();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts brokers that ended by themselves, as whoever watches over them would, and tells which. */
    public List<Ended> tend() throws IOException {
        List<Ended> ended = new ArrayList<>();
        for (BrokerProcess broker : brokers.brokers()) {
            if (broker.hasExited() && !heldDown.contains(broker.id())) {
                Long until = excusedUntil.get(broker.id());
                ended.add(new Ended(broker.id(), until != null && System.nanoTime() - until < 0));
                broker.start();
            }
        }
        return ended;
    }

    /** Waits until every broker runs and leads, every replica is in sync, and none is on its way elsewhere. */
    public void awaitWhole(Duration timeout) throws IOException {
        brokers.awaitReady(view, timeout);
        brokers.await("the replicas to be in sync again", timeout, () -> view.whole(TOPIC));
        brokers.await("replicas to be where they are to go", timeout, operator::movesNothing);
        noteReplicas();
    }

    private void noteReplicas() {
        replicas.clear();
        view.partitions(TOPIC).stream().map(PartitionInfo::replicas).forEach(replicas::add);
    }

    /** All that a broker stores. */
    public Path dataDirectory(int broker) {
        LoopFileSystem disk = disks.get(broker);
        return disk == null ? broker(broker).dataDirectory() : disk.root().resolve("data");
    }

    /** The directory of a partition's log at a broker. */
    public Path log(int broker, int partition) {
        return dataDirectory(broker).resolve(TOPIC + "-" + partition);
    }

    /** Lets the next flush of one of the topic's logs at a broker fail, and no other. */
    public void failNextFlush(int broker) throws IOException {
        preloaded().failNext(broker, dataDirectory(broker).resolve(TOPIC + "-"));
    }

    /** Takes {@link #failNextFlush} back, if there was no flush. */
    public void failNoFlush(int broker) throws IOException {
        preloaded().failNone(broker);
    }

    /** A broker's wall clock jumps to so far from that of the others. */
    public void shiftClock(int broker, Duration shift) throws IOException {
        preloaded().shiftClock(broker, shift);
    }

    private PreloadedFaults preloaded() {
        return preloaded.orElseThrow(() -> new IllegalStateException("the brokers preload nothing"));
    }

    /** Keeps the logs of the brokers' processes. */
    public void copyLogs(Path directory) throws IOException {
        for (BrokerProcess broker : brokers.brokers()) {
            if (Files.exists(broker.logFile())) {
                Files.copy(broker.logFile(), directory.resolve("broker-" + broker.id() + ".log"));
            }
        }
    }

    @Override
    public void close() {
        view.close();
        disks.values().forEach(LoopFileSystem::thaw);
        // Processes that stand still do not hear that they shall stop.
        brokers.brokers().forEach(ChaosCluster::resume);
        brokers.close();
        disks.values().forEach(LoopFileSystem::close);
        network.ifPresent(Network::close);
    }
}
