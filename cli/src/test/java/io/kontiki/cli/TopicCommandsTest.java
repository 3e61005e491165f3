package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole command lines against a broker in this process. */
class TopicCommandsTest {
    @TempDir
    private static Path directory;

    private static CommandBroker broker;

    @BeforeAll
    static void startBroker() throws InterruptedException {
        broker = CommandBroker.start(directory.resolve("one"), directory.resolve("two"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void createsShowsChangesAndDeletesATopic() {
        var created = kontiki("topic", "create", "orders", "-p", "3", "-r", "1", "-c", "flush.mode=os");
        assertThat(created.err()).isEqualTo("created topic orders with 3 partitions, replication factor 1\n");
        assertThat(created.out()).isEmpty();

        var listed = kontiki("topic", "list");
        assertThat(listed.out().lines().toList().get(0)).startsWith("NAME").endsWith("OFFLINE");
        assertThat(listed.out()).containsPattern("orders +3 +1 +0 +0\n");

        var altered = kontiki("topic", "alter", "orders", "-c", "segment.bytes=1048576", "--unset", "flush.mode");
        assertThat(altered.err()).isEqualTo("topic orders now has segment.bytes=1048576\n");

        var more = kontiki("topic", "add-partitions", "orders", "-p", "5");
        assertThat(more.err()).isEqualTo("topic orders now has 5 partitions\n");

        var described = kontiki("topic", "describe", "orders");
        assertThat(described.out())
                .containsPattern("segment.bytes +1048576 +topic\n")
                .containsPattern("flush.mode +ack +default\n")
                .containsPattern("4 +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +1 +ok\n");

        var deleted = kontiki("topic", "delete", "orders", "--yes");
        assertThat(deleted.err()).isEqualTo("deleted topic orders\n");
        assertThat(kontiki("topic", "list", "-o", "name").out().lines()).doesNotContain("orders");
    }

    @Test
    void dryRunsChangeNothing() {
        assertThat(kontiki("topic", "create", "phantom", "--dry-run").err()).startsWith("would create topic phantom ");
        assertThat(kontiki("topic", "list", "-o", "name").out().lines()).doesNotContain("phantom");
    }

    @Test
    void ifNotExistsAcceptsWhatIsThere() {
        kontiki("topic", "create", "twice", "-q");

        var refused = broker.run(ExitCode.CONFLICT, "topic", "create", "twice");
        assertThat(refused.err()).contains("twice").contains("--if-not-exists");
        assertThat(kontiki("topic", "create", "twice", "--if-not-exists").err())
                .isEqualTo("topic twice exists already\n");
    }

    @Test
    void healthyPartitionsAreNoProblem() {
        kontiki("topic", "create", "healthy");

        var checked = kontiki("topic", "describe", "--under-replicated", "--offline", "-o", "name");
        assertThat(checked.out()).isEmpty();
    }

    @Test
    void typingTheNameDeletes() {
        kontiki("topic", "create", "typed");
        var run = broker.command().onTerminal().input("typed\n");

        assertThat(run.run("topic", "delete", "typed")).isEqualTo(ExitCode.DONE);
        assertThat(run.err()).contains("type its name").endsWith("deleted topic typed\n");
    }

    @Test
    void trimDeletesTheOldestRecordsOfEachPartition() {
        kontiki("topic", "create", "long", "-p", "2");
        broker.command().input("a\nb\nc\n").run("produce", "long", "--partition", "0");

        var dry = kontiki("topic", "trim", "long", "--before", "latest", "--dry-run", "-o", "jsonl");
        assertThat(dry.out()).contains("\"deleted\":false");

        var kept = kontiki("topic", "trim", "long", "--before", "-1", "--yes", "-o", "jsonl");
        assertThat(kept.out().lines().toList().get(0))
                .isEqualTo(
                        "{\"topic\":\"long\",\"partition\":0,\"beforeOffset\":3,\"logStartOffset\":3,\"deleted\":true}");
        assertThat(kontiki("consume", "long", "--from", "earliest").out()).isEqualTo("c\n");
        assertThat(kontiki("topic", "trim", "long", "--before", "latest", "--yes")
                        .err())
                .isEqualTo("deleted records of topic long\n");

        var again = kontiki("topic", "trim", "long", "-p", "0", "--before", "1", "--yes", "-o", "jsonl");
        assertThat(again.err()).isEqualTo("nothing deleted: no record of topic long lies before that\n");
        assertThat(again.out()).contains("\"beforeOffset\":1,").contains("\"deleted\":false");
        assertThat(kontiki("topic", "trim", "long", "-p", "0", "--before", "1", "--dry-run")
                        .out())
                .containsPattern("0 +[4-9]\n");
    }

    @Test
    void trimAsksFirst() {
        kontiki("topic", "create", "asked");
        var run = broker.command().onTerminal().input("no\n");

        assertThat(run.run("topic", "trim", "asked", "--before", "latest")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("oldest records of 1 partition of topic asked")
                .contains("nothing done");
        assertThat(broker.run(ExitCode.USAGE, "topic", "trim", "asked", "--before", "latest")
                        .err())
                .contains("Add --yes.");
    }

    @Test
    void trimIsRefusedWhereItCannotBeMeant() {
        kontiki("topic", "create", "two", "-p", "2");
        kontiki("topic", "create", "keyed", "-c", "cleanup.policy=compact");

        assertThat(broker.run(ExitCode.USAGE, "topic", "trim", "two", "--before", "5", "--yes")
                        .err())
                .contains("an offset means another record in each of the 2 partitions")
                .contains("--partition");
        assertThat(broker.run(ExitCode.CONFLICT, "topic", "trim", "two", "--before", "5", "-p", "1", "--yes")
                        .err())
                .contains("before_offset 5 of two-1 is above its high watermark");
        assertThat(broker.run(ExitCode.CONFLICT, "topic", "trim", "keyed", "--before", "latest", "--yes")
                        .err())
                .contains("cleanup.policy of topic \"keyed\" is compact");
    }

    @Test
    void logDirsShowsWhatLiesWhere() {
        kontiki("topic", "create", "placed");
        broker.command().input("a\n").run("produce", "placed");

        var table = kontiki("broker", "log-dirs", "--topic", "placed");
        assertThat(table.out())
                .containsPattern("BROKER +DIRECTORY +STATE +PARTITIONS +SIZE +FREE +TOTAL *\n")
                .containsPattern(directory + "[^ ]* +online +[0-9]+ +[0-9.]+ [^ ]+ +[0-9.]+ [^ ]+ +[0-9.]+ [^ ]+\n")
                .containsPattern("placed +0 +leader +[0-9]+ B +2 +0\n");
        assertThat(kontiki("broker", "log-dirs", "0", "-t", "placed", "-o", "jsonl")
                        .out())
                .contains("\"state\":\"online\"")
                .containsPattern("\"usableBytes\":[1-9][0-9]*,\"totalBytes\":[1-9][0-9]*,")
                .contains("\"topic\":\"placed\",\"partition\":0,")
                .contains("\"endOffset\":2,\"offsetLag\":0,\"leader\":true");
        assertThat(broker.run(ExitCode.USAGE, "broker", "log-dirs", "99").err())
                .contains("broker_id 99 is no registered broker");
    }

    @Test
    void moveLogTakesALogToAnotherDirectory() {
        kontiki("topic", "create", "movable");
        broker.command().input("a\nb\n").run("produce", "movable");
        boolean isInOne = Files.isDirectory(directory.resolve("one/movable-0"));
        var from = directory.resolve(isInOne ? "one" : "two").toString();
        var to = directory.resolve(isInOne ? "two" : "one").toString();

        assertThat(broker.run(ExitCode.USAGE, "broker", "move-log", "movable", "0", "--broker", "0", "--to", from)
                        .err())
                .contains("is in " + from + " already");
        assertThat(kontiki("broker", "move-log", "movable", "0", "--broker", "0", "--to", to + "/")
                        .out())
                .startsWith("moved the log of movable-0 on broker 0 to " + to + " (");
        assertThat(Path.of(to, "movable-0")).isDirectory();
        assertThat(kontiki("consume", "movable").out()).isEqualTo("a\nb\n");
    }

    @ParameterizedTest
    @CsvSource({
        "4,topic describe nowhere",
        "4,topic delete nowhere --yes",
        "4,topic trim nowhere --before latest --yes",
        "4,topic alter nowhere -c flush.mode=os",
        "4,topic add-partitions nowhere -p 2",
        "4,broker log-dirs --topic nowhere",
        "4,produce nowhere",
        "4,consume nowhere",
        "2,topic create bad/name",
        "2,topic create t -p 0",
        "2,topic create t -r 2",
        "2,topic create t -r 0",
        "2,topic create t -c no.such.key=1",
    })
    void refusalsHaveTheirExitCodes(int code, String line) {
        var run = broker.run(code, line.split(" "));

        assertThat(run.err()).startsWith("error: ");
        assertThat(run.err().lines().count()).isBetween(1L, 2L);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void showsClusterAndBrokers() {
        assertThat(kontiki("cluster", "info").out())
                .containsPattern("CLUSTER +cli-test\n")
                .containsPattern("brokers +1\n");
        assertThat(kontiki("cluster", "info", "-o", "json").out())
                .contains("\"clusterId\": \"cli-test\"")
                .contains("\"voters\": [");
        assertThat(kontiki("broker", "list").out()).containsPattern(broker.port() + " +- +controller +ok\n");
        assertThat(kontiki("broker", "list", "-o", "jsonl").out()).contains("\"fenced\":false");
    }

    private static CommandRun kontiki(String... args) {
        return broker.run(ExitCode.DONE, args);
    }
}
