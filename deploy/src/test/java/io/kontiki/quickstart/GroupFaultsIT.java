package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Members of a group read and commit under load while brokers, and members, die. No acknowledged commit is lost. */
class GroupFaultsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** Rule F. */
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private static final Duration SESSION = Duration.ofSeconds(6);
    private static final int PARTITIONS = 6;

    private static FaultScenario scenario;

    private final ConcurrentMap<TopicPartition, Long> acked = new ConcurrentHashMap<>();

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

    private static int coordinator(String group) {
        return scenario.view()
                .admin()
                .describeGroup(group)
                .info()
                .coordinatorId()
                .orElseThrow();
    }

    private GroupReader member(String topic, String instance) {
        return new GroupReader(scenario.cluster().bootstrap(), topic, topic, instance, SESSION, acked);
    }

    @Test
    void killOfTheCoordinatorLosesNoCommit() throws IOException {
        loseNoCommit("coordinator-killed", () -> coordinator("coordinator-killed"));
    }

    @Test
    void killOfTheControllerLosesNoCommit() throws IOException {
        loseNoCommit("quorum-leader-killed", () -> scenario.view().controller().orElseThrow());
    }

    @Test
    void killOfAPartitionLeaderLosesNoCommit() throws IOException {
        loseNoCommit(
                "read-leader-killed",
                () -> scenario.view().leader("read-leader-killed", 0).orElseThrow());
    }

    private interface Victim {
        int find();
    }

    private void loseNoCommit(String topic, Victim victim) throws IOException {
        scenario.createTopic(topic, PARTITIONS);
        try (BackgroundLoad load = new BackgroundLoad(scenario.cluster().bootstrap(), topic);
                GroupReader first = member(topic, "first");
                GroupReader second = member(topic, "second")) {
            awaitProgress(Map.of());
            await().atMost(RECOVERY)
                    .until(() -> first.assignment().size() == PARTITIONS / 2
                            && second.assignment().size() == PARTITIONS / 2);

            scenario.cluster().broker(victim.find()).kill();

            awaitProgress(new HashMap<>(acked));
            scenario.cluster().startAll();
            scenario.cluster().awaitReady(scenario.view(), PATIENCE);
            awaitProgress(new HashMap<>(acked));
            assertThat(first.failure()).isEmpty();
            assertThat(second.failure()).isEmpty();
            assertThat(load.history().firstFailure()).isEmpty();
        }
        Map<TopicPartition, CommittedOffset> kept = scenario.view().admin().groupOffsets(topic);
        acked.forEach((partition, next) -> assertThat(kept.get(partition).offset())
                .as("committed of " + partition)
                .isGreaterThanOrEqualTo(next));
    }

    /** A commit behind these is acknowledged for every partition. */
    private void awaitProgress(Map<TopicPartition, Long> since) {
        await().atMost(RECOVERY)
                .untilAsserted(() -> assertThat(acked.entrySet().stream()
                                .filter(entry -> entry.getValue() > since.getOrDefault(entry.getKey(), 0L)))
                        .as("partitions with new commits")
                        .hasSize(PARTITIONS));
    }

    /** Its partitions wait for it that long, and no longer. */
    @Test
    void partitionsOfAMemberThatIsGoneAreTakenOverAfterItsSession() throws IOException {
        String topic = "member-gone";
        scenario.createTopic(topic, PARTITIONS);
        try (GroupReader stays = member(topic, "stays")) {
            try (GroupReader goes = member(topic, "goes")) {
                await().atMost(RECOVERY).until(() -> goes.assignment().size() == PARTITIONS / 2);
            }
            long gone = System.nanoTime();
            await().atMost(SESSION.plus(Duration.ofSeconds(5)))
                    .until(() -> stays.assignment().size() == PARTITIONS);
            assertThat(Duration.ofNanos(System.nanoTime() - gone)).isGreaterThan(SESSION.dividedBy(2));
            assertThat(stays.failure()).isEmpty();
        }
    }
}
