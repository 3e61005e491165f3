package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.faults.FaultyCluster.Layout;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.quickstart.FaultScenario;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Three brokers; a disk of one of them hangs for longer than {@code log.dir.timeout.ms}. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class HungDiskIT {
    private static final int PARTITIONS = 6;
    private static final Duration LONGEST_FREEZE = Duration.ofMinutes(2);

    private FaultyCluster cluster;

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private FaultScenario start(Layout layout) throws IOException {
        cluster = new FaultyCluster(layout);
        cluster.scenario().cluster().set("log.dir.timeout.ms", "5s");
        return cluster.scenario();
    }

    @Test
    void leaderWhoseOnlyDiskHangsGivesWayAndEndsOnceItAnswers() throws IOException {
        leaderGivesWay(start(Layout.ONE_DIRECTORY));
    }

    /** Under load an event loop waits in the directory that hangs, and with it partitions of the other one. */
    @Test
    @EnabledIfSystemProperty(named = "faults.all", matches = "true", disabledReason = "takes long; -Dfaults.all=true")
    void leaderWithLoadOnASecondDiskThatHangsGivesWayAndEndsOnceItAnswers() throws IOException {
        leaderGivesWay(start(Layout.TWO_DIRECTORIES));
    }

    private void leaderGivesWay(FaultScenario scenario) throws IOException {
        String topic = "leader-hung";
        scenario.createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);

        scenario.loseNothing(topic, () -> {
            cluster.disk(victim.id()).freeze(LONGEST_FREEZE);
            long start = System.nanoTime();
            cluster.await(
                    "others to lead what broker " + victim.id() + " led",
                    () -> scenario.view().partitions(topic).stream()
                            .noneMatch(partition -> partition.leader().equals(OptionalInt.of(victim.id()))));
            long committed = cluster.committed(topic);
            cluster.await("writes to go on elsewhere", () -> cluster.committed(topic) > committed);
            System.out.printf(
                    "%d ms after its disk hung, with log.dir.timeout.ms=5s, others lead what broker %d led and are written%n",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), victim.id());
            cluster.awaitLog(victim, "The broker cannot go on: a log directory hangs");
            cluster.disk(victim.id()).thaw();
            assertThat(victim.awaitExit(FaultyCluster.PATIENCE)).isEqualTo(OptionalInt.of(1));
        });
    }

    @Test
    @EnabledIfSystemProperty(named = "faults.all", matches = "true", disabledReason = "takes long; -Dfaults.all=true")
    void secondDiskThatHangsWithoutLoadGoesOfflineAlone() throws IOException {
        FaultScenario scenario = start(Layout.TWO_DIRECTORIES);
        scenario.createTopic("hung-0", 1);
        scenario.createTopic("hung-1", 1);
        BrokerProcess victim = cluster.leader("hung-0");
        long pid = victim.pid();
        boolean firstIsSound = cluster.partitionsOnDisk(victim, "hung-0").isEmpty();
        String busy = firstIsSound ? "hung-0" : "hung-1";
        String idle = firstIsSound ? "hung-1" : "hung-0";
        assertThat(cluster.partitionsOnDisk(victim, idle)).isEqualTo(List.of(0));

        scenario.loseNothing(busy, () -> {
            cluster.disk(victim.id()).freeze(LONGEST_FREEZE);
            cluster.await(
                    "broker " + victim.id() + " to leave the ISR of " + idle,
                    () -> cluster.inSync(victim.id(), idle).isEmpty());
            assertThat(victim.log()).contains("goes offline until the broker starts again: the disk hangs");
            long committed = cluster.committed(busy);
            cluster.await("writes to go on", () -> cluster.committed(busy) > committed);
            assertThat(cluster.inSync(victim.id(), busy)).isEqualTo(List.of(0));
            assertThat(victim.isAlive()).isTrue();
            assertThat(victim.pid()).isEqualTo(pid);
            cluster.disk(victim.id()).thaw();
            victim.terminate();
            assertThat(victim.awaitExit(FaultyCluster.PATIENCE)).isPresent();
        });
        cluster.await(
                "the replicas of " + idle + " to be in sync",
                () -> scenario.view().whole(idle));
    }
}
