package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Whole command lines against a broker in this process, which is alone: what moves is tested with more of them. */
class PartitionCommandsTest {
    @TempDir
    private static Path directory;

    private static CommandBroker broker;

    @BeforeAll
    static void startBroker() throws InterruptedException {
        broker = CommandBroker.start(directory.resolve("data"));
        broker.run(ExitCode.DONE, "topic", "create", "orders", "-p", "2");
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void listShowsAllOrThoseWithProblems() {
        assertThat(kontiki("partition", "list", "orders", "-o", "name").out()).isEqualTo("orders-0\norders-1\n");
        assertThat(kontiki("partition", "list", "--offline").err()).isEqualTo("no partition is offline\n");
        assertThat(kontiki("partition", "list", "--under-replicated", "--offline", "--at-min-isr", "-o", "name")
                        .out())
                .isEmpty();
        assertThat(kontiki("partition", "list", "--reassigning", "-o", "name").out())
                .isEmpty();
    }

    @Test
    void describeShowsWhatEachReplicaHolds() {
        var described = kontiki("partition", "describe", "orders:1");

        assertThat(described.out()).containsPattern("orders +1 +[0-9]+ +leader +in sync +[0-9.]+ B +0 +1 +0\n");
        assertThat(broker.run(ExitCode.NOT_FOUND, "partition", "describe", "orders:9")
                        .err())
                .contains("topic orders has no partition 9");
    }

    @Test
    void statusOfNothingIsEmpty() {
        assertThat(kontiki("partition", "reassign", "--status", "-o", "json").out())
                .isEqualTo("{\n  \"reassignments\": []\n}\n");
        assertThat(kontiki("partition", "reassign", "--status").err()).isEqualTo("nothing is being moved\n");
        assertThat(kontiki("partition", "reassign", "--cancel").err()).isEqualTo("nothing is being moved\n");
    }

    @Test
    void evenClusterHasNothingToBalance() {
        assertThat(kontiki("partition", "balance").err()).contains("nothing to move");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "partition reassign | Name partitions",
                "partition reassign --status --cancel | Name partitions",
                "partition reassign orders:0=1 --file f | Name partitions",
                "partition reassign --topic orders | --topic and --to go together",
                "partition reassign orders:0 | says of no brokers",
                "partition reassign orders:0=1,1 | each once",
                "partition reassign orders:0=0 --throttle 0MB/s | no rate",
                "partition reassign orders:0=0 --throttle 20 | has no unit; did you mean 20MB/s?",
                "partition elect-leader --unclean | Name the partitions",
                "partition elect-leader --without 1 orders:0 | --without goes with --unclean",
            })
    void misuseIsNamed(String line, String message) {
        assertThat(broker.run(ExitCode.USAGE, line.split(" ")).err()).containsIgnoringCase(message);
    }

    @Test
    void partitionWithALeaderNeedsNoUncleanElection() {
        var told = broker.run(ExitCode.DONE, "partition", "elect-leader", "--unclean", "orders:0");

        assertThat(told.err()).contains("orders:0 has a leader, broker ").contains("nothing to elect");
        assertThat(told.out()).contains("unchanged").doesNotContain("none known");
        assertThat(kontiki("partition", "elect-leader", "--unclean", "orders:0", "--yes", "-o", "jsonl")
                        .out())
                .contains("\"outcome\":\"unchanged\"", "\"lostFromOffset\":null");
    }

    @Test
    void onlyBrokerStays() {
        int id = Integer.parseInt(kontiki("broker", "list", "-o", "name").out().strip());

        var refused = broker.run(ExitCode.CONFLICT, "broker", "unregister", "" + id, "--yes");
        assertThat(refused.err()).contains("broker " + id + " is the only broker of the cluster");
        broker.run(ExitCode.CONFLICT, "broker", "decommission", "" + id, "--yes");
        assertThat(broker.run(ExitCode.NOT_FOUND, "broker", "unregister", "99", "--yes")
                        .err())
                .contains("there is no broker 99");
    }

    @Test
    void planOfKafkasToolIsRead() throws IOException {
        Path plan = Files.writeString(directory.resolve("plan.json"), """
                {"version":1,"partitions":[{"topic":"orders","partition":0,"replicas":[1,2],"log_dirs":["any","any"]}]}
                """);

        assertThat(ReplicaPlan.read(plan)).hasToString("{orders-0=[1, 2]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"partitions\": 1}",
                "{\"partitions\": [{\"topic\": \"t\"}]}",
                "{\"partitions\": [{\"topic\": \"t\", \"partition\": -1, \"replicas\": [1]}]}",
                "{\"partitions\": [{\"topic\": \"t\", \"partition\": 0, \"replicas\": [\"x\"]}]}"
            })
    void unsoundPlanIsRefused(String text) throws IOException {
        Path plan = Files.writeString(directory.resolve("unsound.json"), text);

        assertThatThrownBy(() -> ReplicaPlan.read(plan))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("unsound.json is no plan");
    }

    @ParameterizedTest
    @CsvSource({"20MB/s, 20000000", "20mb, 20000000", "512KiB/s, 524288", "1GiB, 1073741824", "7 B/s, 7"})
    void ratesHaveUnits(String text, long bytesPerSecond) {
        assertThat(new Throttle.Text().convert(text).bytesPerSecondMax()).hasValue(bytesPerSecond);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "0", "1000", "1.5MB", "20M", "999999999999999GiB", "MB/s"})
    void otherRatesAreRefused(String text) {
        assertThatThrownBy(() -> new Throttle.Text().convert(text)).isInstanceOf(TypeConversionException.class);
    }

    private static CommandRun kontiki(String... args) {
        return broker.run(ExitCode.DONE, args);
    }
}
