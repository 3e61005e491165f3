package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole command lines about voters, against two brokers of this process. */
class QuorumChangeTest {
    @TempDir
    private Path directory;

    private static Map<String, String> listening() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Map.of("quorum.listener", "127.0.0.1:" + free.getLocalPort());
        }
    }

    @Test
    void changesAreConfirmedOnlyIfTheyWereMade() throws IOException, InterruptedException {
        try (var broker = CommandBroker.start(listening(), directory.resolve("0"));
                var other = broker.join(1, listening(), directory.resolve("1"))) {
            assertThat(other.run(ExitCode.DONE, "quorum", "add", "1").err())
                    .contains("broker 1 votes now\n", "two voters: the loss of either stops the cluster");
            assertThat(broker.run(ExitCode.DONE, "quorum", "status").err()).contains("two voters");
            assertThat(broker.run(ExitCode.CONFLICT, "broker", "unregister", "1", "--yes")
                            .err())
                    .contains("broker 1 votes in the metadata quorum", "kontiki quorum remove 1");
            assertThat(broker.run(ExitCode.DONE, "quorum", "add", "1").err())
                    .contains("broker 1 votes already: nothing changed\n");
            assertThat(broker.run(ExitCode.DONE, "quorum", "replace", "1").err())
                    .contains("broker 1 votes with its present storage already: nothing changed\n");
            assertThat(broker.run(ExitCode.DONE, "quorum", "transfer", "0").err())
                    .contains("broker 0 leads the quorum already: nothing changed\n");

            assertThat(broker.run(ExitCode.DONE, "quorum", "remove", "1").err())
                    .isEqualTo("broker 1 does not vote any more\n");
            assertThat(broker.run(ExitCode.DONE, "quorum", "remove", "1").err())
                    .isEqualTo("broker 1 has no vote: nothing changed\n");
            assertThat(broker.run(ExitCode.NOT_FOUND, "quorum", "remove", "9").err())
                    .contains("there is no broker 9");
        }
    }

    @Test
    void viewsWithoutAMajorityAreKnownToBeOld() throws IOException, InterruptedException {
        var broker = CommandBroker.start(listening(), directory.resolve("0"));
        try (var other = broker.join(1, listening(), directory.resolve("1"))) {
            broker.run(ExitCode.DONE, "quorum", "add", "1");
            broker.close();

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(
                                    other.run(ExitCode.DONE, "broker", "list").err())
                            .contains("the quorum has no leader; what is shown may be old"));
            assertThat(other.run(ExitCode.DONE, "broker", "list").out()).doesNotContain("controller");
            var info = other.run(ExitCode.DONE, "cluster", "info");
            assertThat(info.out()).containsPattern("controller +none");
            assertThat(info.err()).contains("the quorum has no leader");
        } finally {
            broker.close();
        }
    }

    @Test
    void statusWithoutAMajoritySaysWhatToStart() throws IOException, InterruptedException {
        var broker = CommandBroker.start(listening(), directory.resolve("0"));
        try (var other = broker.join(1, listening(), directory.resolve("1"))) {
            broker.run(ExitCode.DONE, "quorum", "add", "1");
            broker.close();

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(other.run(ExitCode.PROBLEMS_FOUND, "quorum", "status")
                                    .err())
                            .contains("the quorum has no leader: 1 of 2 voters answer and 2 are needed")
                            .contains("Start broker 0"));
            assertThat(other.run(ExitCode.PROBLEMS_FOUND, "quorum", "status").out())
                    .contains("RAFT ADDRESS")
                    .containsPattern("does not answer at 127.0.0.1:[0-9]+: connection refused\n");
        } finally {
            broker.close();
        }
    }

    @Test
    void oneVoterAloneTellsWhichOthersItWaitsFor() throws IOException, InterruptedException {
        var listening = listening();
        try (var broker = CommandBroker.start(listening, directory.resolve("0"));
                var other = broker.join(1, listening(), directory.resolve("1"))) {
            other.run(ExitCode.DONE, "quorum", "add", "1");
        }

        try (var waiting = CommandBroker.begin(listening, directory.resolve("0"))) {
            assertThat(waiting.run(ExitCode.PROBLEMS_FOUND, "quorum", "status", "--timeout", "20s")
                            .err())
                    .contains("the quorum has no leader: 1 of 2 voters answer and 2 are needed");
            var doctor = waiting.run(ExitCode.PROBLEMS_FOUND, "doctor", "--timeout", "5s");
            assertThat(doctor.out()).contains("critical: the quorum has no leader: 1 of 2 voters answer");
        }
    }
}
