package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups and their offsets, against a broker in this process. */
@Timeout(120)
class GroupCommandsTest {
    @TempDir
    private static Path directory;

    private static CommandBroker broker;

    @BeforeAll
    static void startBroker() throws InterruptedException {
        broker = CommandBroker.start(directory.resolve("data"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void groupGoesOnWhereItCommitted() {
        fill("orders", 4, 20);

        var first = kontiki("consume", "orders", "--group", "billing", "-n", "7");
        var rest = kontiki("consume", "orders", "--group", "billing", "--until", "end");

        assertThat(first.out().lines()).hasSize(7);
        var all = (first.out() + rest.out()).lines().sorted().toList();
        assertThat(all).hasSize(20).doesNotHaveDuplicates();
        assertThat(kontiki("group", "list").out()).containsPattern("(?m)^billing +empty +0 +sticky +0$");
        assertThat(kontiki("group", "lag", "billing").err()).contains("group billing has read all that it follows");
    }

    @Test
    void lagCountsWhatIsNotRead() {
        fill("behind", 1, 10);
        kontiki("consume", "behind", "--group", "slow", "-n", "4");

        var lag = kontiki("group", "lag", "slow", "-o", "jsonl");

        // The leader's own batch has offset 0.
        assertThat(lag.out()).contains("\"committedOffset\":5,", "\"logEndOffset\":11,", "\"lagRecords\":6,");
        assertThat(lag.out()).doesNotContain("\"lagSeconds\":null");
        assertThat(kontiki("group", "lag", "slow", "-t", "other", "-o", "jsonl").out())
                .isEmpty();
    }

    @Test
    void watchEndsWhenAskedTo() {
        fill("watched", 1, 1);
        kontiki("consume", "watched", "--group", "seen", "-n", "1");
        var run = broker.command();
        run.stop().request();

        assertThat(run.run("group", "lag", "seen", "--watch")).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(run.out()).contains("watched");
    }

    @Test
    void memberShowsUpAndLeavesOnCtrlC() {
        fill("live", 2, 3);
        var member = broker.command();
        var code = CompletableFuture.supplyAsync(
                () -> member.run("consume", "live", "--group", "crew", "--assignor", "range", "--instance", "ann"));
        await().until(() -> member.out().lines().count() == 3);

        var described = kontiki("group", "describe", "crew");
        assertThat(described.out()).contains("stable", "range", "ann", "kontiki-cli", "live:0-1");
        var refused = broker.run(ExitCode.CONFLICT, "group", "reset", "crew", "--to", "earliest", "--execute");
        assertThat(refused.err()).contains("group crew has 1 member: ann", "only reset while it has none");
        assertThat(kontiki("group", "reset", "crew", "--to", "earliest", "-t", "live")
                        .err())
                .contains("nothing changed", "would be refused");
        broker.run(ExitCode.CONFLICT, "group", "delete", "crew", "--yes");

        member.stop().request();
        assertThat(code.join()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(kontiki("group", "lag", "crew", "-o", "jsonl").out()).doesNotContain("\"lagRecords\":null");
        kontiki("group", "remove-member", "crew", "--instance", "ann");
        assertThat(kontiki("group", "list").out()).containsPattern("(?m)^crew +empty +0 ");
    }

    @Test
    void resetShowsItsPlanAndThenDoesIt() throws IOException {
        fill("again", 1, 10);
        kontiki("consume", "again", "--group", "redo", "--until", "end");

        var plan = kontiki("group", "reset", "redo", "--shift", "-3");
        assertThat(plan.out()).containsPattern("(?m)^again +0 +11 +8 +-3 ");
        assertThat(kontiki("group", "lag", "redo", "-o", "jsonl").out()).contains("\"committedOffset\":11,");

        assertThat(kontiki("group", "reset", "redo", "--shift", "-3", "--execute")
                        .err())
                .contains("reset 1 offset of group redo");
        assertThat(kontiki("consume", "again", "--group", "redo", "--until", "end")
                        .out())
                .isEqualTo("line 7\nline 8\nline 9\n");

        var file = directory.resolve("plan.json");
        Files.writeString(
                file,
                kontiki("group", "reset", "redo", "--to", "@0", "-o", "json").out());
        kontiki("group", "reset", "redo", "--file", file.toString(), "--execute");
        assertThat(kontiki("group", "lag", "redo", "-o", "jsonl").out()).containsPattern("\"committedOffset\":[01],");
    }

    @Test
    void groupIsMadeByReset() {
        fill("fresh", 2, 10);

        broker.run(ExitCode.NOT_FOUND, "group", "reset", "made", "--to", "latest");
        var run = kontiki("group", "reset", "made", "--to", "99", "-t", "fresh:1", "--execute");

        assertThat(run.err()).contains("there is no group made yet");
        assertThat(run.out()).containsPattern("(?m)^fresh +1 +- +[0-9]+ +- +the log ends here, not at 99$");
        broker.run(ExitCode.NOT_FOUND, "group", "reset", "made", "--to", "latest", "-t", "fresh:2");
        broker.run(ExitCode.CONFLICT, "group", "reset", "made", "--shift", "1", "-t", "fresh:0");
    }

    @Test
    void offsetsAndGroupsAreForgotten() {
        fill("gone", 2, 4);
        kontiki("group", "reset", "past", "--to", "latest", "-t", "gone", "--execute");

        assertThat(kontiki("group", "forget", "past", "-t", "gone:1", "--yes").err())
                .contains("forgot 1 offset of group past: gone:1");
        var lag = kontiki("group", "lag", "past", "-o", "jsonl").out().lines().toList();
        assertThat(lag).hasSize(2);
        assertThat(lag.get(0)).contains("\"lagRecords\":0,");
        assertThat(lag.get(1)).contains("\"lagRecords\":null,");
        kontiki("group", "delete", "past", "--yes");
        broker.run(ExitCode.NOT_FOUND, "group", "describe", "past");
        broker.run(ExitCode.NOT_FOUND, "group", "delete", "past", "--yes");
    }

    private static void fill(String topic, int partitions, int lines) {
        kontiki("topic", "create", topic, "-p", Integer.toString(partitions));
        var text = IntStream.range(0, lines).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
        var produced = broker.command().input(text);
        assertThat(produced.run("produce", topic, "--partitioner", "round-robin"))
                .as(produced.err())
                .isEqualTo(ExitCode.DONE);
    }

    private static CommandRun kontiki(String... args) {
        return broker.run(ExitCode.DONE, args);
    }
}
