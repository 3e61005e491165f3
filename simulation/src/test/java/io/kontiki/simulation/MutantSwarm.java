package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.simulation.campaign.Campaign;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A short swarm, for those whom no scenario catches; no test of the sound product. */
final class MutantSwarm {
    private static final int SEEDS = Integer.getInteger("sim.mutant.seeds", 40);
    private static final long FAULT_MILLIS = 20_000;

    @Test
    void someSeedNotices() throws InterruptedException {
        Campaign campaign = new Campaign(1, FAULT_MILLIS);
        AtomicInteger left = new AtomicInteger(SEEDS);
        campaign.run(1, () -> left.getAndDecrement() > 0 && campaign.failures().isEmpty(), failure -> {});
        assertThat(campaign.failures()).isEmpty();
    }
}
