package io.kontiki.simulation.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Lets {@code simulation/run swarm} run a campaign; its arguments are in {@code -Dsim.swarm}. */
class SwarmCommandTest {
    @Test
    @EnabledIfSystemProperty(named = "sim.swarm", matches = ".+")
    void allSeedsKeepThePromises() throws InterruptedException {
        assertThat(SwarmCommand.run(System.getProperty("sim.swarm").trim().split(" +")))
                .isTrue();
    }
}
