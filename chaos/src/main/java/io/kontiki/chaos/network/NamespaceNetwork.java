package io.kontiki.chaos.network;

import io.kontiki.faults.Tools;
import io.kontiki.localcluster.BrokerHost;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Each broker in a network namespace of its own, all joined by a router in another one; the clients stay where they are
 * and reach the router, too.
 *
 * <pre>
 *   broker 1  10.N.1.2 ─── 10.N.1.1 ┐
 *   broker 2  10.N.2.2 ─── 10.N.2.1 ┤ router
 *   clients   10.N.0.2 ─── 10.N.0.1 ┘
 * </pre>
 *
 * The router loses packets by rules of its routing policy, for each pair and direction alone, as a broken network does:
 * nobody is told. Links are slowed down by a token bucket. Needs root. Belongs to one thread. {@link NetworkLeftovers}
 * tells how all of it is found again by name.
 */
public final class NamespaceNetwork implements Network {
    private static final int GRPC_PORT = 9392;
    private static final int QUORUM_PORT = 9393;
    /** Where {@code ip} keeps them. */
    private static final String NAMESPACES = "/var/run/netns/";

    private static final int SUBNETS_FROM = 128;
    private static final int SUBNETS_TO = 250;

    private final String router = NetworkLeftovers.ownPrefix() + "router";
    private final int brokers;
    private final int subnet;
    private final Map<List<String>, Integer> rules = new HashMap<>();
    private final Map<List<String>, Integer> preferences = new HashMap<>();
    private final Thread atExit = new Thread(NamespaceNetwork::takeAwayOwn, "kontiki-chaos-network-exit");

    private NamespaceNetwork(int brokers, int subnet) {
        this.brokers = brokers;
        this.subnet = subnet;
    }

    /** What keeps this process from making such a network, if anything does. */
    public static Optional<String> obstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("only root may make network namespaces");
        }
        for (String command : List.of("ip", "tc", "nsenter")) {
            Optional<String> missing = Tools.missing(command);
            if (missing.isPresent()) {
                return missing;
            }
        }
        String probe = NetworkLeftovers.ownPrefix() + "probe";
        Tools.Outcome made = Tools.attempt("ip", "netns", "add", probe);
        Tools.attempt("ip", "netns", "del", probe);
        return made.succeeded() ? Optional.empty() : Optional.of("no network namespace can be made: " + made.output());
    }

    /** Makes the network, with a namespace for each of the brokers 1 to {@code brokers}; 0 if all of them {@link #join}. */
    public static NamespaceNetwork create(int brokers) {
        NetworkLeftovers.takeAway();
        NamespaceNetwork network = new NamespaceNetwork(brokers, freeSubnet());
        Runtime.getRuntime().addShutdownHook(network.atExit);
        try {
            network.build();
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
        return network;
    }

    private static int freeSubnet() {
        String routes = Tools.run("ip", "-4", "route", "show", "table", "all");
        return IntStream.range(SUBNETS_FROM, SUBNETS_TO)
                .filter(candidate -> !routes.contains("10." + candidate + "."))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("every subnet of 10.0.0.0/8 is in use"));
    }

    private void build() {
        Tools.run("ip", "netns", "add", router);
        Tools.run("ip", "-n", router, "link", "set", "lo", "up");
        // Written by a process inside: the setting belongs to the namespace.
        Tools.run("ip", "netns", "exec", router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        for (int broker = 1; broker <= brokers; broker++) {
            buildBroker(broker);
        }
        buildClients();
    }

    /**
     * Adds a node, which has a namespace and an address that none had before in this network.
     *
     * @param node a number from 1 to 250 that was not used yet
     */
    public BrokerHost join(int node) {
        buildBroker(node);
        return host(node);
    }

    /** Lets a node vanish as if its power failed: what is sent to it and what it sends is lost, and nobody is told. */
    public void vanish(int node) {
        Tools.run("ip", "-n", router, "link", "set", link(node), "down");
        Tools.run("ip", "-n", router, "route", "add", "blackhole", address(node, 0) + "/24");
    }

    /** Takes a node away with all that runs in it. Its address does not come back; what is sent there is lost. */
    public void leave(int node) {
        NetworkLeftovers.takeAwayNamespace(namespace(node));
        Tools.run("ip", "-n", router, "route", "replace", "blackhole", address(node, 0) + "/24");
    }

    /** The address of whoever is no broker. */
    public String clientsAddress() {
        return address(CLIENTS, 2);
    }

    private void buildBroker(int broker) {
        String name = namespace(broker);
        Tools.run("ip", "netns", "add", name);
        Tools.run("ip", "-n", name, "link", "set", "lo", "up");
        Tools.run(
                "ip",
                "link",
                "add",
                "eth0",
                "netns",
                name,
                "type",
                "veth",
                "peer",
                "name",
                link(broker),
                "netns",
                router);
        bringUp(router, link(broker), address(broker, 1));
        bringUp(name, "eth0", address(broker, 2));
        Tools.run("ip", "-n", name, "route", "add", "default", "via", address(broker, 1));
    }

    private void buildClients() {
        String near = NetworkLeftovers.clientsLink();
        Tools.run("ip", "link", "add", near, "type", "veth", "peer", "name", link(CLIENTS), "netns", router);
        bringUp(router, link(CLIENTS), address(CLIENTS, 1));
        Tools.run("ip", "addr", "add", address(CLIENTS, 2) + "/24", "dev", near);
        Tools.run("ip", "link", "set", near, "up");
        Tools.run("ip", "route", "add", "10." + subnet + ".0.0/16", "via", address(CLIENTS, 1));
    }

    private static void bringUp(String namespace, String link, String address) {
        Tools.run("ip", "-n", namespace, "addr", "add", address + "/24", "dev", link);
        Tools.run("ip", "-n", namespace, "link", "set", link, "up");
    }

    private static String namespace(int broker) {
        return NetworkLeftovers.ownPrefix() + broker;
    }

    /** The router's end of the link to a node. */
    private static String link(int node) {
        return "node" + node;
    }

    private String address(int node, int end) {
        return "10." + subnet + "." + node + "." + end;
    }

    @Override
    public List<BrokerHost> hosts() {
        return IntStream.rangeClosed(1, brokers).mapToObj(this::host).toList();
    }

    private BrokerHost host(int broker) {
        return new BrokerHost(
                address(broker, 2),
                address(broker, 2),
                GRPC_PORT,
                QUORUM_PORT,
                // Not by ip, which copies the mounts: they would outlast an unmount.
                List.of("nsenter", "--net=" + NAMESPACES + namespace(broker)),
                Map.of());
    }

    @Override
    public void cut(Collection<Cut> cuts) {
        for (List<String> rule : rulesOf(cuts)) {
            if (rules.merge(rule, 1, Integer::sum) == 1) {
                change("add", rule);
            }
        }
    }

    @Override
    public void mend(Collection<Cut> cuts) {
        for (List<String> rule : rulesOf(cuts)) {
            if (rules.merge(rule, -1, (count, minus) -> count == 1 ? null : count - 1) == null) {
                change("del", rule);
            }
        }
    }

    private List<List<String>> rulesOf(Collection<Cut> cuts) {
        List<List<String>> all = new ArrayList<>();
        for (Cut cut : cuts) {
            List<String> pair = List.of("from", address(cut.from(), 2), "to", address(cut.to(), 2));
            switch (cut.traffic()) {
                case ALL -> all.add(pair);
                case GRPC -> all.addAll(ofPort(pair, GRPC_PORT));
                case QUORUM -> all.addAll(ofPort(pair, QUORUM_PORT));
            }
        }
        return all;
    }

    private static List<List<String>> ofPort(List<String> pair, int port) {
        List<List<String>> both = new ArrayList<>();
        for (String end : List.of("sport", "dport")) {
            List<String> rule = new ArrayList<>(pair);
            rule.addAll(List.of("ipproto", "tcp", end, Integer.toString(port)));
            both.add(rule);
        }
        return both;
    }

    /** A rule has a preference of its own: the kernel deletes the first one that has all that is named, and perhaps more. */
    private void change(String action, List<String> rule) {
        int preference = preferences.computeIfAbsent(rule, added -> preferences.size() + 1);
        List<String> command = new ArrayList<>(
                List.of("ip", "-n", router, "rule", action, "preference", Integer.toString(preference)));
        command.addAll(rule);
        command.add("blackhole");
        Tools.run(command.toArray(String[]::new));
    }

    /** What is more than that waits, or is lost if it would wait for too long. */
    @Override
    public void slowDown(int node, int kilobits) {
        String rate = kilobits + "kbit";
        for (List<String> end : ends(node)) {
            change(end, "replace", "tbf", "rate", rate, "burst", "16kb", "latency", "800ms");
        }
    }

    @Override
    public void speedUp(int node) {
        ends(node).forEach(end -> change(end, "del"));
    }

    private static void change(List<String> end, String action, String... discipline) {
        List<String> command =
                new ArrayList<>(List.of("tc", "-n", end.get(0), "qdisc", action, "dev", end.get(1), "root"));
        command.addAll(List.of(discipline));
        Tools.run(command.toArray(String[]::new));
    }

    private List<List<String>> ends(int broker) {
        return List.of(List.of(router, link(broker)), List.of(namespace(broker), "eth0"));
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            return;
        }
        takeAwayOwn();
    }

    private static void takeAwayOwn() {
        NetworkLeftovers.takeAwayOf(ProcessHandle.current().pid());
    }
}
