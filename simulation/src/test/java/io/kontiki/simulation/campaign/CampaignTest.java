package io.kontiki.simulation.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.simulation.Event;
import io.kontiki.simulation.Simulation;
import io.kontiki.simulation.SimulationOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CampaignTest {
    @Test
    void campaignInWhichAnEventNeverHappenedFails() throws InterruptedException {
        Campaign campaign = new Campaign(1, 0);
        AtomicInteger left = new AtomicInteger(1);
        campaign.run(1, () -> left.getAndDecrement() > 0, failure -> {});

        assertThat(campaign.failures()).isEmpty();
        assertThat(campaign.missing()).contains(Event.RESET).doesNotContain(Event.LEADER_CHANGE);
        assertThat(SwarmCommand.isConvincing(campaign, 2)).isTrue();
        assertThat(SwarmCommand.isConvincing(campaign, 1)).isFalse();
    }

    @Test
    void seedThatDoesNotEndFailsAndTheOthersGoOn() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        AtomicLong nanoTime = new AtomicLong();
        Campaign campaign = new Campaign(1, 0, nanoTime::get, seed -> {
            if (seed == 2) {
                nanoTime.addAndGet(Duration.ofMinutes(11).toNanos());
                await(never);
            }
            return new Simulation(seed, SimulationOptions.drawn(seed, 0));
        });
        AtomicInteger left = new AtomicInteger(4);
        List<Campaign.Failure> told = Collections.synchronizedList(new ArrayList<>());
        campaign.run(1, () -> left.getAndDecrement() > 0, told::add);
        never.countDown();

        assertThat(told).isEqualTo(campaign.failures()).hasSize(1);
        assertThat(told.get(0).seed()).isEqualTo(2);
        assertThat(told.get(0).hangs()).isTrue();
        assertThat(told.get(0).message()).startsWith("no end after 600 s").contains("CampaignTest.await");
        assertThat(campaign.runs()).isEqualTo(3);
        assertThat(campaign.endedBelow()).isEqualTo(5);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void failureTellsWhatItWas() {
        assertThat(Campaign.told(new IllegalStateException("a defect")))
                .isEqualTo("java.lang.IllegalStateException: a defect");
    }
}
