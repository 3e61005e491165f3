package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Faults of processes. */
final class ProcessFaults {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);

    private ProcessFaults() {}

    static Struck kill(ChaosCluster cluster, int victim, Duration time) {
        cluster.kill(victim);
        return new Struck("broker " + victim, () -> cluster.revive(victim));
    }

    static Struck pause(ChaosCluster cluster, int victim, Duration time) throws IOException {
        cluster.broker(victim).pause();
        return new Struck("broker " + victim, () -> cluster.revive(victim));
    }

    static Struck restart(ChaosCluster cluster, int victim, Duration time) {
        boolean stopped = cluster.stop(victim);
        return new Struck(
                "broker " + victim + (stopped ? "" : ", which had to be killed"), () -> cluster.revive(victim));
    }

    static Struck killAll(ChaosCluster cluster, int victim, Duration time) {
        List<Integer> all = cluster.ids();
        all.forEach(cluster::kill);
        return new Struck("all brokers", () -> {
            for (int broker : all) {
                cluster.revive(broker);
            }
        });
    }

    /** Each in turn, waiting in between until all is whole again; over when it returns. */
    static Struck rollingRestart(ChaosCluster cluster, int victim, Duration time) throws IOException {
        for (int broker : cluster.ids()) {
            if (!cluster.stop(broker)) {
                throw new IllegalStateException("broker " + broker + " did not stop when asked");
            }
            cluster.revive(broker);
            cluster.awaitWhole(START_TIMEOUT);
        }
        return new Struck("each broker in turn", () -> {});
    }
}
