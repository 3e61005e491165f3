package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole command lines about moves, between two brokers of this process; so slow that they last. */
class ReassignCommandsTest {
    private static final String MOVED = "big:0=1";

    @TempDir
    private static Path directory;

    private static CommandBroker broker;
    private static CommandBroker other;

    @BeforeAll
    static void startBrokers() throws InterruptedException {
        broker = CommandBroker.start(directory.resolve("0"));
        other = broker.join(1, Map.of(), directory.resolve("1"));
        for (String topic : new String[] {"big", "still"}) {
            create(topic);
            var filled = broker.command().input("some text that takes its place in the log\n".repeat(5_000));
            assertThat(filled.run("produce", topic)).as(filled.err()).isEqualTo(ExitCode.DONE);
        }
    }

    /** On the first broker. */
    private static void create(String topic) {
        kontiki("topic", "create", topic, "-p", "1", "-r", "1");
        kontiki("partition", "reassign", topic + ":0=0", "--wait");
    }

    @AfterAll
    static void stopBrokers() {
        other.close();
        broker.close();
    }

    @BeforeEach
    void begin() {
        assertThat(kontiki("partition", "reassign", MOVED, "--throttle", "1KB/s")
                        .err())
                .contains("moving the replicas, at most 1 KB/s from each sending broker");
    }

    @AfterEach
    void putBack() {
        kontiki("partition", "reassign", "--cancel");
    }

    @Test
    void moveGivenAgainKeepsItsThrottle() {
        var again = kontiki("partition", "reassign", MOVED);

        assertThat(again.err()).contains("being moved there already, at most 1 KB/s");
        assertThat(again.out()).containsPattern("big +0 +0 +1 +1 +0\n");
        assertThat(json()).contains("\"maxBytesPerSecond\": 1000,");
        assertThat(kontiki("partition", "reassign", "--topic", "big", "--to", "1", "--throttle", "2KB/s")
                        .err())
                .contains("throttle changed from 1 KB/s to 2 KB/s");
    }

    @Test
    void throttleOfMovesUnderWayIsChangedAndLifted() {
        assertThat(kontiki("partition", "reassign", "big:0", "--throttle", "2KiB/s")
                        .err())
                .contains("throttle changed from 1 KB/s to 2 KiB/s");
        assertThat(json()).contains("\"maxBytesPerSecond\": 2048,");

        assertThat(kontiki("partition", "reassign", "--throttle", "3KB/s").err())
                .contains("throttle changed from 2 KiB/s to 3 KB/s");
        assertThat(kontiki("partition", "reassign", "still:0", "--throttle", "4KB/s")
                        .err())
                .contains("not being moved: still:0", "no throttle was changed");
        assertThat(json()).contains("\"maxBytesPerSecond\": 3000,");

        assertThat(kontiki("partition", "reassign", "big:0", "--throttle", "none", "--wait")
                        .err())
                .contains("throttle changed from 3 KB/s to none");
        assertThat(json()).contains("\"reassignments\": []");
        kontiki("partition", "reassign", "big:0=0", "--wait");
    }

    @Test
    void statusShowsUnitsAndWhatIsLimited() {
        var status = kontiki("partition", "reassign", "--status");

        assertThat(status.out()).contains("LAG (RECORDS)", "RATE", "LEFT").containsPattern("B/s.* 1 KB/s\n");
        assertThat(kontiki("partition", "list", "--reassigning").out()).containsPattern("big +0 .* reassigning\n");
    }

    @Test
    void whatDidNotHappenIsNotConfirmed() {
        assertThat(kontiki("partition", "reassign", "--cancel", "still:0").err())
                .isEqualTo("not being moved: still:0\nnothing is put back\n");
        assertThat(kontiki("partition", "reassign", "still:0=0").err())
                .contains("there already: still:0", "nothing to move");
        assertThat(kontiki("partition", "reassign", "--cancel", "big:0").err())
                .isEqualTo("put back the replicas of 1 partition\n");
    }

    @Test
    void otherNumberOfReplicasIsAskedFor() {
        assertThat(broker.run(ExitCode.CONFLICT, "partition", "reassign", "still:0=0,1")
                        .err())
                .contains("still:0 has 1 replica, on 0, and would have 2", "--change-replication-factor");
        kontiki("topic", "alter", "still", "-c", "min.insync.replicas=2");
        kontiki("partition", "reassign", "still:0=1,0", "--change-replication-factor", "--wait");

        assertThat(broker.run(ExitCode.CONFLICT, "partition", "reassign", "still:0=0")
                        .err())
                .contains("still:0 has 2 replicas, on 1,0, and would have 1; deleted: 1");
        var fewer = kontiki("partition", "reassign", "still:0=0", "--change-replication-factor", "--wait");

        assertThat(fewer.out()).contains("DELETES").containsPattern("still +0 +1,0 +0 +- +1\n");
        assertThat(kontiki("partition", "list", "still").out()).contains("2 (1 in effect)");
        assertThat(kontiki("topic", "describe", "still").out())
                .containsPattern("min.insync.replicas +2 \\(1 in effect\\) +topic\n");
    }

    @Test
    void topicThatBearsNoLossIsToldOf() {
        var one = kontiki("topic", "create", "pair", "-p", "1", "-r", "2");
        assertThat(one.err()).doesNotContain("bears no loss");
        var two = kontiki("topic", "create", "both", "-p", "1", "-r", "2", "-c", "min.insync.replicas=2");
        assertThat(two.err()).contains("it bears no loss: of its 2 replicas all must be in sync");
    }

    @Test
    void replicasOfABrokerThatIsForgottenAreCounted() throws InterruptedException {
        try (var third = broker.join(2, Map.of(), directory.resolve("2"))) {
            kontiki("topic", "create", "left", "-p", "1", "-r", "1");
            third.run(ExitCode.DONE, "partition", "reassign", "left:0=2", "--wait");
        }
        await().until(() -> kontiki("broker", "list", "-o", "jsonl")
                .out()
                .lines()
                .anyMatch(line -> line.contains("\"id\":2") && line.contains("\"fenced\":true")));

        assertThat(kontiki("broker", "unregister", "2", "--yes").err())
                .contains("unregistered broker 2\nstill assigned to it: 1 replica; ", "kontiki partition reassign");
        kontiki("topic", "delete", "left", "--yes");
    }

    private static String json() {
        return kontiki("partition", "reassign", "--status", "-o", "json").out();
    }

    private static CommandRun kontiki(String... args) {
        return broker.run(ExitCode.DONE, args);
    }
}
