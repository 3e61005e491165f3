package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import io.kontiki.chaos.network.Cut;
import io.kontiki.chaos.network.Cut.Traffic;
import io.kontiki.chaos.network.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Faults of the network. */
final class NetworkFaults {
    /** Less than the load needs, so that queues grow. */
    private static final int SLOW_KILOBITS = 800;

    private NetworkFaults() {}

    static Struck isolate(ChaosCluster cluster, int victim, Duration time) {
        List<Integer> all = new ArrayList<>(cluster.others(victim));
        all.add(Network.CLIENTS);
        return cut(cluster, "broker " + victim, between(List.of(victim), all, Traffic.ALL));
    }

    static Struck cutOff(ChaosCluster cluster, int victim, Duration time) {
        return cut(cluster, "broker " + victim, between(List.of(victim), cluster.others(victim), Traffic.ALL));
    }

    static Struck halves(ChaosCluster cluster, int victim, Duration time) {
        List<Integer> ring = ringFrom(cluster, victim);
        List<Integer> lesser = ring.subList(0, ring.size() / 2);
        List<Integer> greater = ring.subList(ring.size() / 2, ring.size());
        return cut(cluster, lesser + " from " + greater, between(lesser, greater, Traffic.ALL));
    }

    static Struck mute(ChaosCluster cluster, int victim, Duration time) {
        return cut(cluster, "broker " + victim, oneWay(List.of(victim), cluster.others(victim), Traffic.ALL));
    }

    static Struck deaf(ChaosCluster cluster, int victim, Duration time) {
        return cut(cluster, "broker " + victim, oneWay(cluster.others(victim), List.of(victim), Traffic.ALL));
    }

    static Struck bridge(ChaosCluster cluster, int victim, Duration time) {
        List<Integer> ring = ringFrom(cluster, victim);
        List<Integer> sides = ring.subList(1, ring.size());
        List<Integer> one = sides.subList(0, sides.size() / 2);
        List<Integer> other = sides.subList(sides.size() / 2, sides.size());
        return cut(
                cluster,
                one + " from " + other + ", broker " + victim + " sees both",
                between(one, other, Traffic.ALL));
    }

    static Struck fromQuorum(ChaosCluster cluster, int victim, Duration time) {
        List<Integer> voters =
                cluster.others(victim).stream().filter(cluster::votes).toList();
        return cut(cluster, "broker " + victim + " from " + voters, between(List.of(victim), voters, Traffic.ALL));
    }

    static Struck fromFollowers(ChaosCluster cluster, int victim, Duration time) {
        int controller = cluster.controller().orElse(0);
        List<Integer> followers = cluster.others(victim).stream()
                .filter(broker -> broker != controller)
                .toList();
        return cut(
                cluster, "broker " + victim + " from " + followers, between(List.of(victim), followers, Traffic.GRPC));
    }

    static Struck slowLink(ChaosCluster cluster, int victim, Duration time) {
        cluster.network().slowDown(victim, SLOW_KILOBITS);
        return new Struck("broker " + victim, () -> cluster.network().speedUp(victim));
    }

    private static Struck cut(ChaosCluster cluster, String detail, List<Cut> cuts) {
        cluster.network().cut(cuts);
        return new Struck(detail, () -> cluster.network().mend(cuts));
    }

    private static List<Cut> between(List<Integer> one, List<Integer> other, Traffic traffic) {
        List<Cut> cuts = new ArrayList<>(oneWay(one, other, traffic));
        cuts.addAll(oneWay(other, one, traffic));
        return cuts;
    }

    private static List<Cut> oneWay(List<Integer> from, List<Integer> to, Traffic traffic) {
        return from.stream()
                .flatMap(sender -> to.stream().map(receiver -> new Cut(sender, receiver, traffic)))
                .toList();
    }

    /** All brokers, the victim first, the one with the next number behind it. */
    private static List<Integer> ringFrom(ChaosCluster cluster, int victim) {
        List<Integer> ids = cluster.ids();
        int start = ids.indexOf(victim);
        List<Integer> ring = new ArrayList<>(ids.subList(start, ids.size()));
        ring.addAll(ids.subList(0, start));
        return ring;
    }
}
