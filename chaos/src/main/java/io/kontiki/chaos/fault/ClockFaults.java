package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import java.io.IOException;
import java.time.Duration;

/** Jumps of one broker's wall clock, there and back. */
final class ClockFaults {
    private static final Duration FAR = Duration.ofHours(1);

    private ClockFaults() {}

    static Struck ahead(ChaosCluster cluster, int victim, Duration time) throws IOException {
        return jump(cluster, victim, FAR);
    }

    static Struck behind(ChaosCluster cluster, int victim, Duration time) throws IOException {
        return jump(cluster, victim, FAR.negated());
    }

    private static Struck jump(ChaosCluster cluster, int victim, Duration shift) throws IOException {
        cluster.shiftClock(victim, shift);
        return new Struck("broker " + victim, () -> cluster.shiftClock(victim, Duration.ZERO));
    }
}
