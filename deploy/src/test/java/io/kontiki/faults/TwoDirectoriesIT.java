package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.faults.LoopFileSystem.PowerCut;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.quickstart.FaultScenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Three brokers, each with two log directories; something happens to the second of one broker, under load. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class TwoDirectoriesIT {
    private static final int PARTITIONS = 6;

    private static FaultyCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = new FaultyCluster(FaultyCluster.Layout.TWO_DIRECTORIES);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static FaultScenario scenario() {
        return cluster.scenario();
    }

    @Test
    @EnabledIfSystemProperty(named = "faults.all", matches = "true", disabledReason = "takes long; -Dfaults.all=true")
    void onlyTheLogsOfADiskThatIsGoneMove() throws IOException {
        String topic = "second-gone";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);
        List<Integer> there = cluster.partitionsOnDisk(victim, topic);

        scenario().loseNothing(topic, () -> {
            cluster.disk(victim.id()).cutPower(PowerCut.AT_ONCE);
            awaitOnlyLeft(victim, topic, there);
            stop(victim);
            cluster.disk(victim.id()).remount();
        });
    }

    @Test
    void onlyTheLogsOfAFailedFlushMove() throws IOException {
        String topic = "second-flush-failed";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);
        List<Integer> there = cluster.partitionsOnDisk(victim, topic);

        scenario().loseNothing(topic, () -> {
            cluster.failNextFlush(victim.id(), cluster.dataOf(victim.id()) + "/");
            awaitOnlyLeft(victim, topic, there);
            stop(victim);
        });
    }

    /** Root may read whatever its mode is, so that the directory is a file for a while. */
    @Test
    @EnabledIfSystemProperty(named = "faults.all", matches = "true", disabledReason = "takes long; -Dfaults.all=true")
    void brokerStartsWithoutADirectoryThatItCannotRead() throws IOException {
        String topic = "second-unreadable";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);
        List<Integer> there = cluster.partitionsOnDisk(victim, topic);
        Path data = cluster.dataOf(victim.id());
        Path aside = data.resolveSibling("aside");

        scenario().loseNothing(topic, () -> {
            stop(victim);
            Files.move(data, aside);
            Files.createFile(data);
            victim.start();
            awaitOnlyLeft(victim, topic, there);
            stop(victim);
            Files.delete(data);
            Files.move(aside, data);
        });
    }

    @Test
    void fullDiskRefusesAppendsAndHealsByItself() throws IOException {
        String topic = "second-full";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);
        long pid = victim.pid();

        scenario().loseNothing(topic, () -> {
            cluster.disk(victim.id()).fillUpTo(8 << 20);
            cluster.awaitLog(victim, "Appends are refused until there is room again");
            cluster.disk(victim.id()).makeRoom();
            cluster.awaitLog(victim, "has room again");
        });
        assertThat(victim.isAlive()).isTrue();
        assertThat(victim.pid()).isEqualTo(pid);
    }

    /** Not only below the reserve: a write finds no room at all, and so does whatever else is to be written there. */
    @Test
    void diskFilledToTheLastByteHealsByItself() throws IOException {
        String topic = "second-filled";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);
        long pid = victim.pid();
        List<Integer> there = cluster.partitionsOnDisk(victim, topic);

        scenario().loseNothing(topic, () -> {
            cluster.disk(victim.id()).fill();
            cluster.awaitNoFollower(victim, topic, there);
            cluster.disk(victim.id()).makeRoom();
        });
        assertThat(victim.isAlive()).isTrue();
        assertThat(victim.pid()).isEqualTo(pid);
    }

    /** Its other partitions stay as they are, and the broker goes on. */
    private static void awaitOnlyLeft(BrokerProcess broker, String topic, List<Integer> left) throws IOException {
        assertThat(left).as("partitions on the second disk").isNotEmpty().hasSizeLessThan(PARTITIONS);
        List<Integer> kept = scenario().view().partitions(topic).stream()
                .map(partition -> partition.partition())
                .filter(number -> !left.contains(number))
                .toList();
        cluster.await(
                "only " + kept + " of " + topic + " to be in sync on broker " + broker.id(),
                () -> cluster.inSync(broker.id(), topic).equals(kept));
        assertThat(broker.isAlive()).isTrue();
    }

    private static void stop(BrokerProcess broker) {
        broker.terminate();
        assertThat(broker.awaitExit(FaultyCluster.PATIENCE)).isPresent();
    }
}
