package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.simulation.campaign.Campaign;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Random faults from seeds, for as long as {@code -Dsim.swarm.seconds} says. {@code -Dsim.seed=N} runs one seed alone;
 * {@code simulation/run swarm} runs more of them, and makes the schedule of one that fails short.
 */
class SwarmSimTest {
    private static final long SECONDS = Long.getLong("sim.swarm.seconds", 60);
    private static final long SIMULATED_MILLIS = TimeUnit.SECONDS.toMillis(Long.getLong("sim.simulated.seconds", 60));
    private static final Long SEED = Long.getLong("sim.seed");

    @Test
    void clusterKeepsItsPromisesUnderRandomFaults() throws InterruptedException {
        if (SEED != null) {
            new Simulation(SEED, SimulationOptions.drawn(SEED, SIMULATED_MILLIS)).run();
            return;
        }
        long startNanos = System.nanoTime();
        long endNanos = startNanos + TimeUnit.SECONDS.toNanos(SECONDS);
        Campaign campaign = new Campaign(1, SIMULATED_MILLIS);
        campaign.run(2, () -> System.nanoTime() - endNanos < 0, failure -> {});
        System.out.println(campaign.report((System.nanoTime() - startNanos) / 1e9));
        assertThat(campaign.failures()).isEmpty();
        // A cluster that refuses everything would keep its promises too.
        assertThat(campaign.acknowledged()).isGreaterThan(10 * campaign.runs());
    }
}
