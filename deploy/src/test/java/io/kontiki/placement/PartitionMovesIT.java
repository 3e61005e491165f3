package io.kontiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.BrokerInfo;
import io.kontiki.localcluster.FileTree;
import io.kontiki.quickstart.FaultScenario;
import io.kontiki.quickstart.KontikiCommand;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Rules M9, M11 and M12 as an operator meets them: four brokers, one of them the voter of the metadata quorum. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PartitionMovesIT {
    private static final long MIB = 1 << 20;

    /** Of the partition that is moved; {@code -Dplacement.mib=1024} for the measure of record. */
    private static final long MOVED_BYTES = Long.getLong("placement.mib", 20) * MIB;

    /** How fast it must be depends on the machine, so only the measure of record asks for that. */
    private static final boolean MEASURED = System.getProperty("placement.mib") != null;

    private static final long BYTES_PER_SECOND = Long.getLong("placement.mib.per.second", 4) * MIB;
    private static final int LOAD_PER_SECOND = 200;

    private static FaultScenario scenario;
    private static KontikiCommand kontiki;

    @BeforeAll
    static void start() throws IOException {
        scenario = new FaultScenario(4, 1);
        // It is not about fail-over: on a busy machine, nobody is to be fenced by mistake.
        scenario.cluster().set("broker.session.timeout.ms", "15000");
        scenario.cluster().startAll();
        scenario.cluster().awaitReady(scenario.view(), PlacedTopic.PATIENCE);
        kontiki = new KontikiCommand(scenario.cluster().bootstrap());
    }

    @AfterAll
    static void stop() {
        if (scenario != null) {
            scenario.close();
        }
    }

    private static KontikiCommand.Result run(int exitCode, String... arguments)
            throws IOException, InterruptedException {
        KontikiCommand.Result result = kontiki.run("", arguments);
        assertThat(result.exitCode()).as(Arrays.toString(arguments)).isEqualTo(exitCode);
        return result;
    }

    @Test
    @Order(1)
    void partitionMovesUnderLoadWithinItsThrottle() throws IOException, InterruptedException {
        var topic = new PlacedTopic(scenario, "moved", 2, 1, 2, 3);
        topic.fill(MOVED_BYTES);
        try (var load = new PacedLoad(scenario.cluster().bootstrap(), "moved", LOAD_PER_SECOND)) {
            // So slow first that it lasts until its status was asked for, on whatever machine.
            run(0, "partition", "reassign", "moved:0=2,3,4", "--throttle", "100KB/s");
            topic.await("the copy to begin", () -> topic.bytesOn(4) > 0);
            assertThatStatusTells(4, 100_000);
            run(0, "partition", "reassign", "moved:0=2,3,4", "--throttle", BYTES_PER_SECOND + "B/s");

            double rate = measuredRate(topic, 4);

            topic.awaitReplicas(2, 3, 4);
            load.stop();
            assertThat(load.failure()).isEmpty();
            assertThat(load.acked()).isPositive();
            System.out.printf(
                    "moved %d MiB under load at %.2f MiB/s, throttle %.2f MiB/s%n",
                    MOVED_BYTES / MIB, rate / MIB, (double) BYTES_PER_SECOND / MIB);
            assertThat(rate).isLessThan(1.1 * BYTES_PER_SECOND);
            assertThat(rate).isGreaterThan(MEASURED ? 0.9 * BYTES_PER_SECOND : 0);
        }
        topic.awaitGoneFrom(1);
        topic.await(
                "the replicas to be equal",
                () -> Arrays.equals(topic.contentOn(2), topic.contentOn(4))
                        && Arrays.equals(topic.contentOn(3), topic.contentOn(4)));
        assertThat(topic.bytesOn(4)).isGreaterThan(MOVED_BYTES);
    }

    private static void assertThatStatusTells(int added, long bytesPerSecond) throws IOException, InterruptedException {
        String status = String.join(
                "", run(0, "partition", "reassign", "--status", "-o", "json").output());
        assertThat(status)
                .containsPattern("\"adding\": *\\[ *" + added + " *\\]")
                .containsPattern("\"removing\": *\\[ *1 *\\]")
                .containsPattern("\"maxBytesPerSecond\": *" + bytesPerSecond)
                .containsPattern("\"copiedBytes\": *[1-9]")
                .containsPattern("\"offsetLag\": *[1-9]");
    }

    /** Bytes per second from a tenth of the way to four fifths of it. */
    private static double measuredRate(PlacedTopic topic, int added) throws IOException {
        topic.await("the copy to go on", () -> topic.bytesOn(added) > MOVED_BYTES / 10);
        long fromBytes = topic.bytesOn(added);
        long fromNanos = System.nanoTime();
        topic.await("the copy to be nearly done", () -> topic.bytesOn(added) > MOVED_BYTES * 4 / 5);
        return (topic.bytesOn(added) - fromBytes) / ((System.nanoTime() - fromNanos) / 1e9);
    }

    @Test
    @Order(2)
    void cancelledMoveLeavesAllAsItWas() throws IOException, InterruptedException {
        var topic = new PlacedTopic(scenario, "cancelled", 2, 1, 2, 3);
        topic.fill(8 * MIB);
        run(0, "partition", "reassign", "cancelled:0=1,2,4", "--throttle", "100KB/s");
        topic.await("the copy to begin", () -> topic.bytesOn(4) > 0);

        run(0, "partition", "reassign", "--cancel", "cancelled:0");

        topic.awaitReplicas(1, 2, 3);
        topic.awaitGoneFrom(4);
    }

    @Test
    @Order(3)
    void fullestReplicaLeadsOnceAllAreLost() throws IOException, InterruptedException {
        var topic = new PlacedTopic(scenario, "lost", 1, 4, 3);
        topic.fill(MIB);
        topic.await("the replicas to be equal", () -> endOffset(topic, 3) == endOffset(topic, 4));
        long kept = endOffset(topic, 3);
        scenario.cluster().broker(3).kill();
        topic.await("broker 3 to be out of sync", () -> topic.info().isr().equals(List.of(4)));
        topic.fill(MIB);
        scenario.cluster().broker(4).kill();
        FileTree.delete(scenario.cluster().broker(4).dataDirectory());
        scenario.cluster().startAll();
        scenario.cluster().awaitReady(scenario.view(), PlacedTopic.PATIENCE);
        topic.await(
                "nobody to be trusted",
                () -> topic.info().leader().isEmpty() && topic.info().isr().isEmpty());
        assertThat(run(10, "partition", "list", "--offline", "-o", "name").output())
                .contains("lost-0");

        String report = String.join(
                "",
                run(11, "partition", "elect-leader", "--unclean", "lost:0", "--yes", "-o", "json")
                        .output());

        assertThat(report)
                .containsPattern("\"leader\": *3")
                .containsPattern("\"lostFromOffset\": *" + kept)
                .containsPattern("\"lostToOffset\": *null")
                .containsPattern("\"notHeard\": *\\[\\s*4\\s*\\]")
                .containsPattern("\"brokerId\": *3,[^}]*\"endOffset\": *" + kept);
        topic.await("both to be in sync again", () -> topic.info().isr().size() == 2);
        topic.fill(MIB);
    }

    private static long endOffset(PlacedTopic topic, int broker) {
        return scenario
                .view()
                .admin()
                .describeLogDirs(broker, Optional.of(topic.id().topic()))
                .stream()
                .flatMap(dir -> dir.replicas().stream())
                .findFirst()
                .orElseThrow()
                .endOffset();
    }

    @Test
    @Order(4)
    void decommissionedBrokerLeavesNothingBehind() throws IOException, InterruptedException {
        var topic = new PlacedTopic(scenario, "leaving", 1, 4, 1);
        topic.fill(4 * MIB);
        var command = CompletableFuture.supplyAsync(() -> {
            try {
                return kontiki.run("", "broker", "decommission", "4", "--yes");
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        topic.await(
                "broker 4 to hold nothing",
                () -> scenario.view().admin().listTopics().stream()
                        .flatMap(each -> each.partitions().stream())
                        .noneMatch(partition -> partition.replicas().contains(4)));

        scenario.cluster().broker(4).terminate();

        assertThat(command.join().exitCode()).isZero();
        assertThat(scenario.view().admin().describeCluster().brokers())
                .extracting(BrokerInfo::id)
                .doesNotContain(4);
        assertThat(topic.info().replicas()).hasSize(2).contains(1).doesNotContain(4);
        assertThat(scenario.view()
                        .admin()
                        .reassignPartitions(Map.of(topic.id(), List.of(1, 4)), OptionalLong.empty(), true)
                        .get(topic.id()))
                .as("nothing can be moved to it any more")
                .isPresent();
    }
}
