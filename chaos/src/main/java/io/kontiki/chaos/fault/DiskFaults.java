package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import io.kontiki.faults.LoopFileSystem.PowerCut;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Faults of disks. A broker may end itself for any of them; it then is started again. */
final class DiskFaults {
    /** How long after a fault its broker may still find out. */
    private static final Duration AFTERMATH = Duration.ofSeconds(30);

    private DiskFaults() {}

    static Struck full(ChaosCluster cluster, int victim, Duration time) throws IOException {
        cluster.excuse(victim, time.plus(AFTERMATH));
        cluster.disk(victim).fill();
        return new Struck("broker " + victim, () -> cluster.disk(victim).makeRoom());
    }

    static Struck hung(ChaosCluster cluster, int victim, Duration time) {
        cluster.excuse(victim, time.plus(AFTERMATH));
        cluster.disk(victim).freeze(time.plus(AFTERMATH));
        return new Struck("broker " + victim, () -> cluster.disk(victim).thaw());
    }

    static Struck powerCut(ChaosCluster cluster, int victim, Duration time) {
        cut(cluster, victim);
        return new Struck("broker " + victim, () -> restore(cluster, victim));
    }

    static Struck powerCutAll(ChaosCluster cluster, int victim, Duration time) {
        List<Integer> all = cluster.ids();
        all.forEach(broker -> cut(cluster, broker));
        return new Struck("all brokers", () -> {
            for (int broker : all) {
                restore(cluster, broker);
            }
        });
    }

    private static void cut(ChaosCluster cluster, int broker) {
        cluster.hold(broker);
        cluster.disk(broker).cutPower(PowerCut.AT_ONCE);
    }

    private static void restore(ChaosCluster cluster, int broker) throws IOException {
        // It lives on as long as it has not noticed; the power of its machine would have been cut, too.
        cluster.kill(broker);
        cluster.disk(broker).remount();
        cluster.revive(broker);
    }
}
