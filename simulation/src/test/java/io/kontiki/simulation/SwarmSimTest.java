package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.simulation.campaign.Campaign;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Random faults from seeds, the same ones in each check; {@code -Dsim.swarm.seeds=N} has more of them. {@code -Dsim.seed=N} runs one seed alone;
 * {@code simulation/run swarm} runs more of them, and makes the schedule of one that fails short.
 */
class SwarmSimTest {
    private static final int SEEDS = Integer.getInteger("sim.swarm.seeds", 400);
    private static final long SIMULATED_MILLIS = TimeUnit.SECONDS.toMillis(Long.getLong("sim.simulated.seconds", 60));
    private static final int SEEDS_FOR_ALL_EVENTS = 400;
    private static final Long SEED = Long.getLong("sim.seed");

    @Test
    void clusterKeepsItsPromisesUnderRandomFaults() throws InterruptedException {
        if (SEED != null) {
            new Simulation(SEED, SimulationOptions.drawn(SEED, SIMULATED_MILLIS)).run();
            return;
        }
        long startNanos = System.nanoTime();
        Campaign campaign = new Campaign(1, SIMULATED_MILLIS);
        AtomicInteger left = new AtomicInteger(SEEDS);
        campaign.run(2, () -> left.getAndDecrement() > 0, failure -> {});
        System.out.println(campaign.report((System.nanoTime() - startNanos) / 1e9));
        assertThat(campaign.failures()).isEmpty();
        if (SEEDS >= SEEDS_FOR_ALL_EVENTS) {
            // Rot is seldom read by a leader in so short a time.
            assertThat(campaign.missing()).isSubsetOf(Event.LEADER_STEPPED_ASIDE);
        }
        // A cluster that refuses everything would keep its promises too.
        assertThat(campaign.acknowledged()).isGreaterThan(10 * campaign.runs());
    }
}
