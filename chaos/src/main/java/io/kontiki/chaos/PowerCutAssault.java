package io.kontiki.chaos;

import io.kontiki.chaos.cluster.ChaosCluster;
import io.kontiki.chaos.fault.Fault;
import io.kontiki.chaos.fault.FaultRunner;
import io.kontiki.chaos.fault.Schedule;
import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.workload.Recording;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Cuts the power of brokers' disks, over and over: of the leader of some partition, of any broker, and of all at once. The next
 * cut comes as soon as every partition takes records again. In page-cache mode the promise is for fewer than
 * {@code min.insync.replicas} brokers that forget: the next cut comes as soon as every replica is in sync again, and after
 * one of all brokers, which is beyond that, leaders are elected by hand, and what that cost is told.
 */
record PowerCutAssault(int cuts, long seed, Duration servingMax) implements Run.Assault {
    private static final Duration WHOLE_PATIENCE = Duration.ofSeconds(120);

    /** How much longer than it may take it is waited, so that one late partition is one finding, and not the end. */
    private static final Duration SERVING_EXTRA = Duration.ofSeconds(90);

    @Override
    public void strike(ChaosCluster cluster, FaultRunner runner, Recording recording)
            throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int cut = 1; cut <= cuts; cut++) {
            String strike = draw(random, cluster);
            runner.run(Schedule.parse(List.of(strike)), share(cut - 1), share(cut));
            if (!flushes(cluster) && strike.contains(Fault.POWER_CUT_ALL.label())) {
                runner.run(Schedule.parse(List.of("at 0 for 0 elect-unclean broker:1")), share(cut), share(cut));
            }
            long restored = recording.now();
            if (!runner.tendUntil(() -> recording.allServedSince(restored), servingMax)) {
                recording.notice(Anomaly.NOT_SERVING, "within " + servingMax.toSeconds() + " s after power cut " + cut);
                if (!runner.tendUntil(() -> recording.allServedSince(restored), SERVING_EXTRA)) {
                    return;
                }
            }
            if (!flushes(cluster)) {
                cluster.awaitWhole(WHOLE_PATIENCE);
            }
        }
    }

    private double share(int cut) {
        return (double) cut / cuts;
    }

    private static String draw(SplittableRandom random, ChaosCluster cluster) {
        double at = random.nextDouble(0.1, 1.5);
        double time = random.nextDouble(0, 3);
        String what = random.nextInt(3) == 0
                ? "power-cut-all broker:1"
                : random.nextBoolean()
                        ? "power-cut leader:" + random.nextInt(cluster.layout().partitions())
                        : "power-cut broker:"
                                + random.nextInt(1, cluster.layout().brokers() + 1);
        return String.format(Locale.ROOT, "at %.3f for %.3f %s", at, time, what);
    }

    private static boolean flushes(ChaosCluster cluster) {
        return cluster.layout().flush().equals("ack");
    }

    @Override
    public Schedule schedule() {
        return new Schedule(Map.of("power-cuts", Integer.toString(cuts), "seed", Long.toString(seed)), List.of());
    }
}
