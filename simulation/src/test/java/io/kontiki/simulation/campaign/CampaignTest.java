package io.kontiki.simulation.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.simulation.Event;
import java.util.concurrent.atomic.AtomicInteger;
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
    void failureTellsWhatItWas() {
        assertThat(Campaign.told(new IllegalStateException("a defect")))
                .isEqualTo("java.lang.IllegalStateException: a defect");
    }
}
