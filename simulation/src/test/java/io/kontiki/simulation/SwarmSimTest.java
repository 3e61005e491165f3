package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.simulation.campaign.Campaign;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Random faults from seeds, the same ones in each check: many short runs, and some that are long enough for what builds up.
 * {@code -Dsim.seed=N} runs one seed alone; {@code simulation/run swarm} runs more of them, and makes the schedule of one
 * that fails short.
 */
class SwarmSimTest {
    private static final long SHORT_SECONDS = Long.getLong("sim.simulated.seconds", 60);
    private static final int SHORT_SEEDS = Integer.getInteger("sim.swarm.seeds", 1500);
    private static final long LONG_SECONDS = 600;
    private static final int LONG_SEEDS = Integer.getInteger("sim.swarm.long.seeds", 250);
    /** Seldom does a leader read what rotted. */
    private static final int LONG_SEEDS_FOR_ALL_EVENTS = 50;

    private static final Long SEED = Long.getLong("sim.seed");

    private final List<Campaign.Failure> failures = new ArrayList<>();
    private final Events events = new Events();

    @Test
    void clusterKeepsItsPromisesUnderRandomFaults() throws InterruptedException {
        if (SEED != null) {
            long millis = TimeUnit.SECONDS.toMillis(SHORT_SECONDS);
            new Simulation(SEED, SimulationOptions.drawn(SEED, millis)).run();
            return;
        }
        simulate(SHORT_SEEDS, SHORT_SECONDS);
        simulate(LONG_SEEDS, LONG_SECONDS);
        assertThat(failures).isEmpty();
        if (LONG_SEEDS >= LONG_SEEDS_FOR_ALL_EVENTS) {
            assertThat(events.missing()).isEmpty();
        }
    }

    private void simulate(int seeds, long seconds) throws InterruptedException {
        long startNanos = System.nanoTime();
        Campaign campaign = new Campaign(1, TimeUnit.SECONDS.toMillis(seconds));
        AtomicInteger left = new AtomicInteger(seeds);
        campaign.run(2, () -> left.getAndDecrement() > 0, failure -> {});
        System.out.println(campaign.report((System.nanoTime() - startNanos) / 1e9));
        failures.addAll(campaign.failures());
        events.add(campaign.events());
        // A cluster that refuses everything would keep its promises too.
        assertThat(campaign.acknowledged()).isGreaterThan(10 * campaign.runs());
    }
}
