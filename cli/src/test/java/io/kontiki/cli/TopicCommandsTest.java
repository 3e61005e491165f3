package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
        broker = CommandBroker.start(directory);
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

    @ParameterizedTest
    @CsvSource({
        "4,topic describe nowhere",
        "4,topic delete nowhere --yes",
        "4,topic alter nowhere -c flush.mode=os",
        "4,topic add-partitions nowhere -p 2",
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
