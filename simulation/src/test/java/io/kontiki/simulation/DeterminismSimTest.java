package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The same seed gives the same run, so a printed seed is a reproduction. */
class DeterminismSimTest {
    @Test
    void sameSeedGivesTheSameRun() {
        assertThat(outcome(7)).isEqualTo(outcome(7));
        assertThat(outcome(7)).isNotEqualTo(outcome(8));
    }

    private static long outcome(long seed) {
        Simulation simulation = new Simulation(seed, SimulationOptions.drawn(seed, 20_000));
        simulation.run();
        return simulation.digest();
    }
}
