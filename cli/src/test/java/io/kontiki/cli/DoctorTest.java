package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The doctor at a live cluster with a fault in it. How full the disk of the machine is, is none of it. */
@Timeout(180)
class DoctorTest {
    @TempDir
    private Path directory;

    @Test
    void brokerThatIsGoneAndWhatItCauses() throws InterruptedException {
        try (var broker = CommandBroker.start(directory.resolve("0"))) {
            assertThat(faults(broker)).isEmpty();
            try (var other = broker.join(1, Map.of(), directory.resolve("1"))) {
                assertThat(other.port()).isPositive();
                broker.run(
                        ExitCode.DONE, "topic", "create", "safe", "-p", "2", "-r", "2", "-c", "min.insync.replicas=2");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> faults(broker).isEmpty());
            }

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> faults(broker).equals(List.of("UNDER_MIN_ISR", "BROKER_DOWN", "UNDER_REPLICATED")));
            var run = broker.run(ExitCode.PROBLEMS_FOUND, "doctor");
            assertThat(run.out())
                    .contains("critical: safe:0, safe:1 have fewer in-sync replicas than min.insync.replicas")
                    .contains("warning: broker 1 at 127.0.0.1:")
                    .contains("warning: safe:0, safe:1 have replicas out of sync, on broker 1 with 2\n");
            assertThat(run.err()).contains("looked at 2 brokers, 2 partitions and 0 groups: ");
        }
    }

    @Test
    void groupThatNobodyServes() throws InterruptedException {
        try (var broker = CommandBroker.start(directory)) {
            broker.run(ExitCode.DONE, "topic", "create", "orders");
            var produced = broker.command().input("one\ntwo\nthree\n");
            assertThat(produced.run("produce", "orders")).as(produced.err()).isEqualTo(ExitCode.DONE);
            broker.run(ExitCode.DONE, "consume", "orders", "--group", "billing", "-n", "1");

            assertThat(faults(broker)).containsExactly("GROUP_WITHOUT_MEMBERS");
            assertThat(broker.run(ExitCode.PROBLEMS_FOUND, "doctor").out())
                    .contains(
                            "warning: group billing has no members and is 2 records behind",
                            "kontiki group delete billing");

            broker.run(ExitCode.DONE, "consume", "orders", "--group", "billing", "--until", "end");
            assertThat(faults(broker)).isEmpty();
        }
    }

    private static List<String> faults(CommandBroker broker) {
        var run = broker.command();
        assertThat(run.run("doctor", "-o", "json")).as(run.err()).isIn(ExitCode.DONE, ExitCode.PROBLEMS_FOUND);
        var findings = JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("findings");
        return StreamSupport.stream(findings.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .filter(finding -> !finding.get("severity").getAsString().equals("notice"))
                .map(finding -> finding.get("fault").getAsString())
                .filter(fault -> !fault.equals("LOG_DIR_FILLS"))
                .toList();
    }
}
