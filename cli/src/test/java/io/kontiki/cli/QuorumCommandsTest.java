package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole command lines against a broker in this process, which is the only voter. */
class QuorumCommandsTest {
    @TempDir
    private static Path directory;

    private static CommandBroker broker;

    @BeforeAll
    static void startBroker() throws InterruptedException {
        broker = CommandBroker.start(directory);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void statusShowsTheOnlyVoter() {
        assertThat(broker.run(ExitCode.DONE, "quorum", "status").out())
                .startsWith("ID")
                .containsPattern("0 +leader +127.0.0.1:[0-9]+ +[0-9]+ +[0-9a-f]{32}");
        assertThat(broker.run(ExitCode.DONE, "quorum", "status", "-o", "jsonl").out())
                .contains("\"role\":\"leader\"", "\"problem\":\"\"")
                .containsPattern("\"member\":\"0-[0-9a-f]{16}\"");
    }

    @Test
    void snapshotIsOnTheDiskWhenItIsToldOf() throws IOException {
        var run = broker.run(ExitCode.DONE, "quorum", "snapshot", "-o", "jsonl");
        long index =
                JsonParser.parseString(run.out()).getAsJsonObject().get("index").getAsLong();

        assertThat(index).isPositive();
        assertThat(run.err()).isEqualTo("1 voter of 1 took a snapshot\n");
        try (var files = Files.walk(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.matches("snapshot\\.\\d+_" + index));
        }
        assertThat(broker.run(ExitCode.DONE, "quorum", "snapshot", "0").out())
                .startsWith("ID")
                .containsPattern("\n 0 +[0-9]+");
        assertThat(broker.run(ExitCode.NOT_FOUND, "quorum", "snapshot", "7").err())
                .contains("broker 7 does not vote");
    }

    @Test
    void changesThatCannotBeMadeAreRefusedWithTheReason(@TempDir Path another) throws InterruptedException {
        assertThat(broker.run(ExitCode.USAGE, "quorum", "add", "7").err())
                .contains("broker_id 7 is no registered broker; start it first");
        assertThat(broker.run(ExitCode.USAGE, "quorum", "remove", "0").err())
                .contains("broker 0 is the only voter: add another one first");
        assertThat(broker.run(ExitCode.USAGE, "quorum", "transfer", "3").err())
                .contains("broker 3 is no voter; the voters are [0]");
        assertThat(broker.run(ExitCode.DONE, "quorum", "transfer", "0").err()).contains("leads the quorum already");
        // Others could not find it again after its next start.
        try (var other = broker.join(1, Map.of(), another)) {
            assertThat(other.run(ExitCode.USAGE, "quorum", "add", "1").err()).contains("set quorum.listener");
        }
    }
}
