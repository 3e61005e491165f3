package io.kontiki.simulation;

import io.kontiki.metadata.FlushMode;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.replication.Acks;
import java.util.ArrayList;
import java.util.List;

/** A cluster that fails as told, in the words of the fault catalogue. */
final class Scenario {
    private static final int TIMEOUT_MILLIS = 3_000;

    private final Simulation simulation;
    private final List<ProduceOutcome> outcomes = new ArrayList<>();
    private long lastValue = 1_000_000;

    Scenario(int nodes, FlushMode flushMode) {
        SimulationOptions options = SimulationOptions.scripted(flushMode).withNodes(nodes, 2);
        simulation = new Simulation(1, options);
        simulation.startUp();
        simulation.await("all to be in sync", cluster()::healed);
    }

    Cluster cluster() {
        return simulation.cluster();
    }

    SimNode node(int id) {
        return cluster().node(id);
    }

    int leader() {
        return cluster().leader().orElseThrow().id();
    }

    /** Any other node than these. */
    int otherThan(int first, int second) {
        for (SimNode node : cluster().nodes()) {
            if (node.id() != first && node.id() != second) {
                return node.id();
            }
        }
        throw new AssertionError("no third node");
    }

    Scenario runFor(long millis) {
        simulation.runFor(millis);
        return this;
    }

    Scenario awaitLeaderOtherThan(int old) {
        simulation.await(
                "another leader than " + old,
                () -> cluster().leader().filter(leader -> leader.id() != old).isPresent());
        return this;
    }

    /** Until the quorum's record has that many in-sync replicas. */
    Scenario awaitIsr(int size) {
        simulation.await(
                size + " in sync", () -> cluster().record().orElseThrow().isr().size() == size);
        return this;
    }

    Scenario awaitHealed() {
        simulation.await("healing", cluster()::healed);
        return this;
    }

    /** Sends to the leader and does not wait. */
    Scenario send(int count) {
        SimBroker leader = cluster().leader().orElseThrow();
        for (int i = 0; i < count; i++) {
            leader.produce(
                    cluster().partition(),
                    simulation.workload().batch(++lastValue),
                    Acks.ALL,
                    TIMEOUT_MILLIS,
                    outcomes::add);
        }
        return this;
    }

    /** Sends and waits until all of it is acknowledged. */
    Scenario write(int count) {
        int before = acknowledged();
        send(count);
        simulation.await("acknowledgements", () -> acknowledged() >= before + count);
        return this;
    }

    int acknowledged() {
        return cluster().checks().committed().acknowledged();
    }

    List<ProduceOutcome> outcomes() {
        return outcomes;
    }

    Scenario isolate(int node, int other) {
        cluster().network().block(node, other);
        cluster().network().block(other, node);
        return this;
    }

    Scenario rejoin(int node, int other) {
        cluster().network().unblock(node, other);
        cluster().network().unblock(other, node);
        return this;
    }

    /** Promises A, B and F. */
    void healAndCheck() {
        simulation.healAndCheck();
    }
}
