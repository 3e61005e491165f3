package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.TopicInfo;
import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ThreeBrokersIT {
    private static FaultScenario scenario;

    @BeforeAll
    static void start() throws IOException {
        scenario = new FaultScenario(3);
    }

    @AfterAll
    static void stop() {
        if (scenario != null) {
            scenario.close();
        }
    }

    @Test
    void killOfThePartitionLeaderLosesNothing() throws IOException {
        scenario.createTopic("leader-killed");

        scenario.loseNothing(
                "leader-killed",
                () -> scenario.cluster()
                        .broker(scenario.view().leader("leader-killed", 0).orElseThrow())
                        .kill());
    }

    @Test
    void killOfTheControllerLosesNothing() throws IOException {
        scenario.createTopic("controller-killed");

        scenario.loseNothing(
                "controller-killed",
                () -> scenario.cluster()
                        .broker(scenario.view().controller().orElseThrow())
                        .kill());
    }

    @Test
    void killOfAllBrokersLosesNothing() throws IOException {
        scenario.createTopic("all-killed");
        List<List<Integer>> assignments = scenario.assignments("all-killed");
        List<UUID> topics = topicIds();

        scenario.loseNothing("all-killed", () -> {
            scenario.cluster().brokers().forEach(BrokerProcess::kill);
            scenario.cluster().startAll();
        });

        assertThat(scenario.assignments("all-killed")).isEqualTo(assignments);
        assertThat(topicIds()).isEqualTo(topics);
    }

    private static List<UUID> topicIds() {
        return scenario.view().admin().listTopics().stream().map(TopicInfo::id).toList();
    }
}
