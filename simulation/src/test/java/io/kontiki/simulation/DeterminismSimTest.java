package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import org.junit.jupiter.api.Test;

/** The same seed gives the same run, so a printed seed is a reproduction. */
class DeterminismSimTest {
    @Test
    void sameSeedGivesTheSameRun() {
        assertThat(outcome(7)).isEqualTo(outcome(7));
        assertThat(outcome(7)).isNotEqualTo(outcome(8));
    }

    private static String outcome(long seed) {
        Simulation simulation = new Simulation(seed, SimulationOptions.swarm(FlushMode.ACK));
        int acknowledged = simulation.run();
        return acknowledged + " acknowledged, " + simulation.cluster();
    }
}
