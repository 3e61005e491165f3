package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads against a broker in this process. */
class PerfCommandsTest {
    @TempDir
    private static Path directory;

    private static CommandBroker broker;

    @BeforeAll
    static void startBroker() throws InterruptedException {
        broker = CommandBroker.start(directory.resolve("data"));
        broker.run(ExitCode.DONE, "topic", "create", "load", "-p", "3");
        broker.run(ExitCode.DONE, "topic", "create", "probe", "-p", "2");
        broker.run(ExitCode.DONE, "topic", "create", "small", "-c", "max.message.bytes=1000");
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void whatIsProducedIsConsumed() {
        JsonObject produced = json("perf", "produce", "load", "-n", "5000", "--size", "200", "-o", "json");
        JsonObject consumed = json("perf", "consume", "load", "-o", "json");

        assertThat(produced.get("records").getAsLong()).isEqualTo(5000);
        assertThat(produced.get("bytes").getAsLong()).isEqualTo(1_000_000);
        assertThat(latencies(produced, "acknowledged").get("count").getAsLong()).isEqualTo(5000);
        assertThat(consumed.get("records").getAsLong()).isEqualTo(5000);
        assertThat(consumed.get("bytes").getAsLong()).isEqualTo(1_000_000);
    }

    @Test
    void latencyIsTakenOfAcknowledgementAndDelivery() {
        JsonObject found = json("perf", "latency", "probe", "-n", "50", "--rate", "500", "-o", "json");

        assertThat(found.get("records").getAsLong()).isEqualTo(50);
        assertThat(found.get("ratePerSecond").getAsLong()).isEqualTo(500);
        assertThat(latencies(found, "acknowledged").get("count").getAsLong()).isEqualTo(50);
        assertThat(latencies(found, "delivered").get("count").getAsLong()).isEqualTo(50);
        assertThat(found.get("seconds").getAsDouble()).isGreaterThan(49 / 500.0);
    }

    @Test
    void tablesAreForPeople() {
        var run = broker.run(ExitCode.DONE, "perf", "produce", "load", "-n", "10", "--acks", "1");

        assertThat(run.out()).contains("RECORDS/S", "P99.9").containsPattern("(?m)^ +10 +0 ");
    }

    @Test
    void refusedLoadEndsAtOnce() {
        var run = broker.run(ExitCode.FAILED, "perf", "produce", "small", "--size", "2000");

        assertThat(run.err()).contains("1000");
    }

    @Test
    void unknownTopicIsToldOfBeforeAnythingIsSent() {
        broker.run(ExitCode.NOT_FOUND, "perf", "produce", "nowhere");
        broker.run(ExitCode.NOT_FOUND, "perf", "latency", "nowhere");
        broker.run(ExitCode.NOT_FOUND, "perf", "consume", "nowhere");
    }

    @Test
    void askedToEndItTellsWhatWasDone() {
        var run = broker.command();
        run.stop().request();

        assertThat(run.run("perf", "produce", "load", "--for", "1h")).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(run.out()).contains("RECORDS/S");
    }

    private static JsonObject latencies(JsonObject report, String name) {
        return report.getAsJsonObject("latencyMs").getAsJsonObject(name);
    }

    private static JsonObject json(String... args) {
        return JsonParser.parseString(broker.run(ExitCode.DONE, args).out()).getAsJsonObject();
    }
}
