package io.kontiki.quickstart;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FiveBrokersIT {
    @Test
    void killOfPartitionLeaderAndControllerAtOnceLosesNothing() throws IOException {
        try (FaultScenario scenario = new FaultScenario(5)) {
            String topic = "both-killed";
            scenario.createTopic(topic);
            int controller = scenario.view().controller().orElseThrow();
            // The leader of a partition that is not the controller, so that two brokers die.
            int leader = scenario.view().leaderships(topic).keySet().stream()
                    .filter(id -> id != controller)
                    .findFirst()
                    .orElseThrow();

            scenario.loseNothing(topic, () -> {
                scenario.cluster().broker(leader).kill();
                scenario.cluster().broker(controller).kill();
            });
        }
    }
}
