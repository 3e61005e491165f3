package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import io.kontiki.faults.LoopFileSystem.PowerCut;
import io.kontiki.faults.ReplicaFiles;
import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.nio.file.Path;
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

    /** As a cable that is pulled: the broker lives, and sees every access fail. */
    static Struck dead(ChaosCluster cluster, int victim, Duration time) {
        cluster.hold(victim);
        cluster.disk(victim).cutPower(PowerCut.AT_ONCE);
        return new Struck("broker " + victim, () -> restore(cluster, victim));
    }

    static Struck powerCut(ChaosCluster cluster, int victim, Duration time) throws IOException {
        cluster.noteRuns(List.of(victim));
        cut(cluster, victim);
        return new Struck("broker " + victim, () -> restore(cluster, victim));
    }

    static Struck powerCutAll(ChaosCluster cluster, int victim, Duration time) throws IOException {
        List<Integer> all = cluster.ids();
        cluster.noteRuns(all);
        for (int broker : all) {
            cut(cluster, broker);
        }
        return new Struck("all brokers", () -> {
            for (int broker : all) {
                restore(cluster, broker);
            }
        });
    }

    static Struck failFlush(ChaosCluster cluster, int victim, Duration time) throws IOException {
        cluster.excuse(victim, time.plus(AFTERMATH));
        cluster.failNextFlush(victim);
        return new Struck("broker " + victim, () -> cluster.failNoFlush(victim));
    }

    /** Never in the last segment: what is above the recovery point there is taken for a torn tail, as it should be. */
    static Struck flipBits(ChaosCluster cluster, int victim, Duration time) throws IOException {
        cluster.kill(victim);
        int flipped = 0;
        for (int partition = 0; partition < cluster.layout().partitions(); partition++) {
            if (cluster.replicas(partition).contains(victim)) {
                flipped += flip(new ReplicaFiles(cluster.log(victim, partition)));
            }
        }
        return new Struck(flipped + " files of broker " + victim, () -> cluster.revive(victim));
    }

    private static int flip(ReplicaFiles replica) throws IOException {
        int flipped = 0;
        for (String kind : List.of(".log", ".index", ".timeindex", "leader-epoch-checkpoint", ".snapshot")) {
            List<Path> files = replica.named(kind);
            int last = files.size() - (kind.equals(".log") ? 2 : 1);
            if (last >= 0) {
                replica.flip(files.get(last));
                flipped++;
            }
        }
        return flipped;
    }

    static Struck newDisk(ChaosCluster cluster, int victim, Duration time) {
        int outsider = cluster.votes(victim) ? cluster.layout().brokers() : victim;
        if (cluster.votes(outsider)) {
            throw new IllegalStateException("new-disk needs a broker that is no voter: --brokers above --voters");
        }
        cluster.kill(outsider);
        FileTree.delete(cluster.dataDirectory(outsider));
        return new Struck("broker " + outsider, () -> cluster.revive(outsider));
    }

    /**
     * The process stands still before its disk dies, as all of a machine does at once. Linux may tell a flush that it meets in
     * the middle that all is well, and nobody may hear that from a machine without power.
     */
    private static void cut(ChaosCluster cluster, int broker) throws IOException {
        cluster.hold(broker);
        cluster.broker(broker).pause();
        cluster.disk(broker).cutPower(PowerCut.AT_ONCE);
        cluster.kill(broker);
    }

    private static void restore(ChaosCluster cluster, int broker) throws IOException {
        // With a dead disk it lives on as long as it has not noticed.
        cluster.kill(broker);
        cluster.disk(broker).remount();
        cluster.revive(broker);
    }
}
