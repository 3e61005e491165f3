package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.faults.LoopFileSystem.PowerCut;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.quickstart.FaultScenario;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Three brokers, each with all of its data on one disk; something happens to one of the disks, under load. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class OneDirectoryIT {
    private static final int PARTITIONS = 6;
    private static final Duration LONGEST_FREEZE = Duration.ofSeconds(20);

    private static FaultyCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = new FaultyCluster(FaultyCluster.Layout.ONE_DIRECTORY);
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
    void brokerWhoseOnlyDiskIsGoneEndsAndItsLeadershipsMove() throws IOException {
        String topic = "disk-gone";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);

        scenario().loseNothing(topic, () -> {
            cluster.disk(victim.id()).cutPower(PowerCut.AT_ONCE);
            assertThat(victim.awaitExit(FaultyCluster.PATIENCE)).isEqualTo(OptionalInt.of(1));
            cluster.disk(victim.id()).remount();
        });
    }

    @Test
    @EnabledIfSystemProperty(named = "faults.all", matches = "true", disabledReason = "takes long; -Dfaults.all=true")
    void brokerOfAFailedFlushEndsAndItsLeadershipsMove() throws IOException {
        String topic = "flush-failed";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);

        scenario().loseNothing(topic, () -> {
            cluster.failNextFlush(victim.id(), cluster.dataOf(victim.id()) + "/" + topic + "-0/");
            assertThat(victim.awaitExit(FaultyCluster.PATIENCE)).isEqualTo(OptionalInt.of(1));
        });
        assertThat(victim.log()).contains("Input/output error");
    }

    /** The metadata log has some room that it took before, and needs little. */
    @Test
    void diskFilledToTheLastByteHealsByItself() throws IOException {
        String topic = "disk-filled";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);
        long pid = victim.pid();

        scenario().loseNothing(topic, () -> {
            cluster.disk(victim.id()).fill();
            cluster.awaitNoFollower(victim, topic, cluster.partitionsOnDisk(victim, topic));
            cluster.disk(victim.id()).makeRoom();
        });
        assertThat(victim.isAlive()).isTrue();
        assertThat(victim.pid()).isEqualTo(pid);
    }

    /** A new term of the metadata quorum begins a new file, for which there is no room. */
    @Test
    @EnabledIfSystemProperty(named = "faults.all", matches = "true", disabledReason = "takes long; -Dfaults.all=true")
    void brokerThatCannotWriteItsMetadataEndsAndStartsOnceThereIsRoom() throws IOException {
        String topic = "metadata-filled";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess controller =
                scenario().cluster().broker(scenario().view().controller().orElseThrow());
        BrokerProcess victim = scenario().cluster().brokers().stream()
                .filter(broker -> broker.id() != controller.id())
                .findFirst()
                .orElseThrow();

        scenario().loseNothing(topic, () -> {
            cluster.disk(victim.id()).fill();
            cluster.awaitLog(victim, "is full");
            controller.kill();
            controller.start();
            assertThat(victim.awaitExit(FaultyCluster.PATIENCE)).isEqualTo(OptionalInt.of(1));
            assertThat(victim.log()).contains("The broker cannot go on: The metadata log cannot be written");

            cluster.disk(victim.id()).fill();
            victim.start();
            assertThat(victim.awaitExit(FaultyCluster.PATIENCE)).isEqualTo(OptionalInt.of(6));
            assertThat(victim.log()).contains("cannot be used: cannot append to run.tmp", "No space left on device");
            cluster.disk(victim.id()).makeRoom();
        });
    }

    @Test
    void leaderWithAFrozenDiskHoldsUpWritesNoLongerThanTheFreeze() throws IOException {
        String topic = "leader-frozen";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);

        scenario().loseNothing(topic, () -> {
            cluster.disk(victim.id()).freeze(LONGEST_FREEZE);
            pause(Duration.ofSeconds(6));
            cluster.disk(victim.id()).thaw();
        });
        assertThat(victim.isAlive()).isTrue();
    }

    @Test
    void followerWithAFrozenDiskLeavesTheIsrAndComesBack() throws IOException {
        String topic = "follower-frozen";
        scenario().createTopic(topic, 1);
        BrokerProcess victim = followerWithoutTheController(topic);
        long pid = victim.pid();

        scenario().loseNothing(topic, () -> {
            cluster.disk(victim.id()).freeze(LONGEST_FREEZE);
            cluster.awaitNoFollower(victim, topic, List.of(0));
            long committed = cluster.committed(topic);
            cluster.await("writes to go on without the follower", () -> cluster.committed(topic) > committed);
            assertThat(cluster.inSync(victim.id(), topic)).isEmpty();
            cluster.disk(victim.id()).thaw();
        });
        assertThat(victim.isAlive()).isTrue();
        assertThat(victim.pid()).isEqualTo(pid);
    }

    private static BrokerProcess followerWithoutTheController(String topic) {
        List<Integer> others = List.of(
                scenario().view().leader(topic, 0).orElseThrow(),
                scenario().view().controller().orElseThrow());
        return scenario().cluster().brokers().stream()
                .filter(broker -> !others.contains(broker.id()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void flippedBitsOfABrokerThatIsDownAreRepairedFromItsPeers() throws IOException {
        String topic = "bits-flipped";
        scenario().createTopic(topic, PARTITIONS);
        BrokerProcess victim = cluster.leader(topic);

        List<String> kinds = List.of(".log", ".index", ".timeindex", "leader-epoch-checkpoint", ".snapshot");
        scenario().loseNothing(topic, () -> {
            for (int partition = 0; partition < kinds.size(); partition++) {
                ReplicaFiles replica = replica(victim, topic + "-" + partition);
                String kind = kinds.get(partition);
                cluster.await(
                        kind + " of " + replica, () -> !replica.named(kind).isEmpty());
            }
            victim.kill();
            for (int partition = 0; partition < kinds.size(); partition++) {
                ReplicaFiles replica = replica(victim, topic + "-" + partition);
                List<Path> files = replica.named(kinds.get(partition));
                replica.flip(files.get(files.size() - 1));
            }
        });

        for (int partition = 0; partition < PARTITIONS; partition++) {
            awaitEqualReplicas(topic + "-" + partition);
        }
    }

    /** While the broker runs, and leads. */
    @Test
    void flippedBitOfARunningLeaderIsNotReadAndRepairedFromItsPeers() throws IOException {
        String topic = "running-flipped";
        scenario().createTopic(topic, 1);
        BrokerProcess victim = cluster.leader(topic);
        ReplicaFiles replica = replica(victim, topic + "-0");

        scenario().loseNothing(topic, () -> {
            cluster.await("closed segments", () -> replica.named(".log").size() > 2);
            replica.flip(replica.named(".log").get(1));
            cluster.readAll(topic);
            assertThat(cluster.leader(topic).id()).isNotEqualTo(victim.id());
            cluster.awaitLog(victim, "This replica of " + topic + "-0 steps aside");
            cluster.awaitLog(victim, "set damaged segments aside");
        });
        assertThat(victim.isAlive()).isTrue();
        assertThat(replica.named(".damaged")).isNotEmpty();
        awaitEqualReplicas(topic + "-0");
    }

    private static ReplicaFiles replica(BrokerProcess broker, String log) {
        return new ReplicaFiles(cluster.dataOf(broker.id()).resolve(log));
    }

    private static void awaitEqualReplicas(String log) throws IOException {
        cluster.await(
                "the replicas of " + log + " to be equal",
                () -> scenario().cluster().brokers().stream()
                                .map(broker -> replica(broker, log).batches())
                                .distinct()
                                .count()
                        == 1);
    }

    /** How long a disk hangs is part of the fault, and nothing to be awaited. */
    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
