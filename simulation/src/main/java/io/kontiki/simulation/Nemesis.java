package io.kontiki.simulation;

import java.util.List;

/** Draws faults, and takes them back. In page-cache mode it stays within the bound of promise A. */
final class Nemesis {
    private final Cluster cluster;
    private final Scheduler scheduler;
    private final List<Runnable> faults;
    private boolean active;
    private boolean lostUnflushed;

    Nemesis(Cluster cluster) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.faults = List.of(
                this::crashOne,
                this::crashOne,
                this::powerCutOne,
                this::powerCutOne,
                this::crashAll,
                this::pauseOne,
                this::breakStream,
                this::breakStream,
                this::cutOneWay,
                this::cutBothWays,
                this::cutFromQuorum,
                this::quorumTrouble,
                this::leaderTrouble,
                this::leaderTrouble,
                this::corrupt);
    }

    void start() {
        active = true;
        next();
    }

    /** No more faults; all that was broken is mended. */
    void stop() {
        active = false;
        cluster.network().heal();
        cluster.quorum().heal();
        cluster.setCorruption(0);
        for (SimNode node : cluster.nodes()) {
            node.process().ifPresent(SimBroker::resume);
            node.process().ifPresent(SimBroker::answer);
            node.start();
        }
    }

    private void next() {
        scheduler.afterMillis(20, scheduler.chance(0.3) ? 3_000 : 600, () -> {
            if (active) {
                faults.get((int) scheduler.draw(0, faults.size() - 1)).run();
                next();
            }
        });
    }

    private SimNode any() {
        return cluster.node((int) scheduler.draw(1, cluster.options().nodes()));
    }

    private void crashOne() {
        crash(any());
    }

    private void crash(SimNode node) {
        if (node.mayCrash()) {
            node.crash();
            scheduler.afterMillis(10, scheduler.chance(0.3) ? 6_000 : 500, node::start);
        }
    }

    private void powerCutOne() {
        powerCut(any());
    }

    /** Fewer than minIsr replicas may lose unflushed data before all is healed; in durable mode any number may. */
    private void powerCut(SimNode node) {
        boolean allowed =
                cluster.durable() || !lostUnflushed && cluster.options().minIsr() > 1;
        if (allowed && node.mayCrash()) {
            lostUnflushed = true;
            node.powerCut();
            scheduler.afterMillis(10, scheduler.chance(0.3) ? 6_000 : 500, node::start);
        }
    }

    private void crashAll() {
        boolean cut = cluster.durable() && scheduler.chance(0.5);
        for (SimNode node : cluster.nodes()) {
            if (cut) {
                powerCut(node);
            } else {
                crash(node);
            }
        }
    }

    private void pauseOne() {
        any().process().ifPresent(broker -> {
            broker.pause();
            scheduler.afterMillis(20, scheduler.chance(0.4) ? 6_000 : 400, broker::resume);
        });
    }

    private void breakStream() {
        cluster.network().breakOne();
    }

    private void cutOneWay() {
        cut(any().id(), any().id());
    }

    private void cutBothWays() {
        int first = any().id();
        int second = any().id();
        cut(first, second);
        cut(second, first);
    }

    private void cut(int from, int to) {
        if (from != to) {
            cluster.network().block(from, to);
            scheduler.afterMillis(50, 4_000, () -> cluster.network().unblock(from, to));
        }
    }

    private void cutFromQuorum() {
        int broker = any().id();
        cluster.quorum().cutOff(broker);
        scheduler.afterMillis(50, 8_000, () -> cluster.quorum().reconnect(broker));
    }

    private void quorumTrouble() {
        Quorum quorum = cluster.quorum();
        switch ((int) scheduler.draw(0, 3)) {
            case 0 -> quorum.setReplyLoss(scheduler.chance(0.5) ? 0.7 : 0);
            case 1 -> quorum.setDuplication(scheduler.chance(0.5) ? 0.5 : 0);
            case 2 -> quorum.setCommitMillis(scheduler.chance(0.5) ? 400 : 3);
            default -> {
                quorum.setDown(true);
                scheduler.afterMillis(50, 2_000, () -> quorum.setDown(false));
                quorum.changeController();
            }
        }
    }

    /** The leader hears late what became of its proposals, loses a follower, and perhaps dies with that. */
    private void leaderTrouble() {
        cluster.leader().ifPresent(leader -> {
            int follower = any().id();
            cluster.quorum().delayImage(leader.id());
            scheduler.afterMillis(300, 4_000, () -> cluster.quorum().catchUpImage(leader.id()));
            scheduler.afterMillis(0, 1_500, () -> cut(leader.id(), follower));
            if (scheduler.chance(0.6)) {
                scheduler.afterMillis(100, 3_000, () -> crash(cluster.node(leader.id())));
            }
        });
    }

    private void corrupt() {
        cluster.setCorruption(scheduler.chance(0.5) ? 0.05 : 0);
    }
}
