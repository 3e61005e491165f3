package io.kontiki.chaos.network;

import io.kontiki.chaos.network.Cut.Traffic;
import io.kontiki.localcluster.BrokerHost;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * A network for those who may make no namespaces: proxies on loopback addresses, one for each pair of nodes and each port.
 * Broker b listens on 127.N.b.b; node a knows it as {@code kontiki-b}, which a file of hosts of its own resolves to the
 * proxy on 127.N.a.b. What is lost here is not lost for TCP: the proxy holds it back, and delivers it late.
 */
public final class LoopbackNetwork implements Network {
    private static final int GRPC_PORT = 9392;
    private static final int QUORUM_PORT = 9393;
    private static final int SUBNETS_FROM = 64;
    private static final int SUBNETS_TO = 250;

    private final int brokers;
    private final int subnet;
    private final Path directory;
    private final List<Proxy> proxies = new ArrayList<>();
    private final Map<Cut, Integer> cuts = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> kilobits = new ConcurrentHashMap<>();

    private LoopbackNetwork(int brokers, int subnet, Path directory) {
        this.brokers = brokers;
        this.subnet = subnet;
        this.directory = directory;
    }

    /**
     * Makes the network.
     *
     * @param directory for files of hosts
     * @param clientsHosts the file of hosts of this process, as its system property {@code jdk.net.hosts.file} names it
     */
    public static LoopbackNetwork create(int brokers, Path directory, Path clientsHosts) throws IOException {
        int subnet = ThreadLocalRandom.current().nextInt(SUBNETS_FROM, SUBNETS_TO);
        LoopbackNetwork network = new LoopbackNetwork(brokers, subnet, directory);
        try {
            for (int from = CLIENTS; from <= brokers; from++) {
                network.build(from, clientsHosts);
            }
            return network;
        } catch (IOException e) {
            network.close();
            throw e;
        }
    }

    private void build(int from, Path clientsHosts) throws IOException {
        List<String> names = new ArrayList<>(List.of("127.0.0.1 localhost"));
        for (int to = 1; to <= brokers; to++) {
            names.add(address(from, to) + " " + name(to));
            if (from != to) {
                proxies.add(proxy(from, to, Traffic.GRPC, GRPC_PORT));
                proxies.add(proxy(from, to, Traffic.QUORUM, QUORUM_PORT));
            }
        }
        Files.write(from == CLIENTS ? clientsHosts : hostsFile(from), names);
    }

    private Proxy proxy(int from, int to, Traffic traffic, int port) throws IOException {
        return Proxy.start(
                new InetSocketAddress(address(from, to), port),
                new InetSocketAddress(address(to, to), port),
                gate(from, to, traffic),
                gate(to, from, traffic));
    }

    private Proxy.Gate gate(int from, int to, Traffic traffic) {
        return new Proxy.Gate() {
            @Override
            public boolean isClosed() {
                return cuts.containsKey(new Cut(from, to, Traffic.ALL)) || cuts.containsKey(new Cut(from, to, traffic));
            }

            @Override
            public int kilobits() {
                return Math.min(kilobitsOf(from), kilobitsOf(to));
            }
        };
    }

    private int kilobitsOf(int node) {
        return kilobits.getOrDefault(node, Integer.MAX_VALUE);
    }

    private String address(int from, int to) {
        return "127." + subnet + "." + from + "." + to;
    }

    private static String name(int broker) {
        return "kontiki-" + broker;
    }

    private Path hostsFile(int broker) {
        return directory.resolve("hosts-" + broker);
    }

    @Override
    public List<BrokerHost> hosts() {
        return IntStream.rangeClosed(1, brokers)
                .mapToObj(broker -> new BrokerHost(
                        address(broker, broker),
                        name(broker),
                        GRPC_PORT,
                        QUORUM_PORT,
                        List.of(),
                        Map.of("KONTIKI_JVM_OPTS", "-Djdk.net.hosts.file=" + hostsFile(broker))))
                .toList();
    }

    @Override
    public void cut(Collection<Cut> more) {
        more.forEach(cut -> cuts.merge(cut, 1, Integer::sum));
    }

    @Override
    public void mend(Collection<Cut> fewer) {
        fewer.forEach(cut -> cuts.computeIfPresent(cut, (same, count) -> count == 1 ? null : count - 1));
    }

    @Override
    public void slowDown(int node, int rate) {
        kilobits.put(node, rate);
    }

    @Override
    public void speedUp(int node) {
        kilobits.remove(node);
    }

    @Override
    public void close() {
        proxies.forEach(Proxy::close);
    }
}
