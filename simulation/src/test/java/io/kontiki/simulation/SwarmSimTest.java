package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import org.junit.jupiter.api.Test;

/** Random faults from seeds. {@code -Dsim.seed=N} replays one, {@code -Dsim.runs=N} runs more. */
class SwarmSimTest {
    private static final int RUNS = Integer.getInteger("sim.runs", 30);
    private static final Long SEED = Long.getLong("sim.seed");

    @Test
    void durablePartitionKeepsItsPromises() {
        swarm(SimulationOptions.swarm(FlushMode.ACK));
    }

    @Test
    void pageCachePartitionKeepsItsPromises() {
        swarm(SimulationOptions.swarm(FlushMode.OS));
    }

    @Test
    void fiveReplicasKeepTheirPromises() {
        swarm(SimulationOptions.swarm(FlushMode.ACK).withNodes(5, 3));
    }

    private static void swarm(SimulationOptions options) {
        if (SEED != null) {
            new Simulation(SEED, options).run();
            return;
        }
        long acknowledged = 0;
        for (long seed = 1; seed <= RUNS; seed++) {
            acknowledged += new Simulation(seed, options).run();
        }
        // A cluster that refuses everything would keep its promises too.
        assertThat(acknowledged / RUNS).isGreaterThan(100);
    }
}
