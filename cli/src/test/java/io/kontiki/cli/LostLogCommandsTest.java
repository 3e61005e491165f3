package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker alone has lost one of two directories for good, and with it the only replica of a partition. */
class LostLogCommandsTest {
    @TempDir
    private static Path root;

    private static CommandBroker broker;
    private static String lost;

    @BeforeAll
    static void loseADirectory() throws InterruptedException {
        broker = CommandBroker.start(root.resolve("a"), root.resolve("b"));
        broker.run(ExitCode.DONE, "topic", "create", "one", "-p", "2");
        broker.close();
        broker = CommandBroker.start(root.resolve("a"), root.resolve("c"));
        String name = broker.run(ExitCode.PROBLEMS_FOUND, "partition", "list", "--offline", "-o", "name")
                .out()
                .strip();
        assertThat(name).matches("one-[01]");
        lost = name.replace('-', ':');
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void describeTellsThatTheLogIsLostAndWhatToDo() {
        var described = broker.run(ExitCode.DONE, "partition", "describe", lost);

        assertThat(described.out()).containsPattern("follower +log lost +- +- +- +-\n");
        assertThat(described.err())
                .contains(lost + " has no leader. Nobody is left")
                .contains("kontiki partition elect-leader --unclean " + lost);
    }

    /** Rather than wait for what cannot come. */
    @Test
    void uncleanElectionIsRefusedWithTheWayOut() {
        var refused = broker.run(ExitCode.CONFLICT, "partition", "elect-leader", "--unclean", lost, "--yes");

        assertThat(refused.out()).contains("refused").contains(":log lost").doesNotContain("usable");
        assertThat(refused.err())
                .contains("error: electing a leader of " + lost + ": none of its replicas is usable now")
                .contains("kontiki partition reassign " + lost + "=ID");
    }

    @Test
    void preferredElectionIsRefusedWithTheWayOut() {
        var refused = broker.run(ExitCode.CONFLICT, "partition", "elect-leader", lost);

        assertThat(refused.out()).contains("refused");
        assertThat(refused.err()).contains("kontiki partition elect-leader --unclean " + lost);
    }

    @Test
    void uncleanElectionIsAskedFor() {
        var asked = broker.run(ExitCode.USAGE, "partition", "elect-leader", "--unclean", lost);

        assertThat(asked.err())
                .contains("log lost")
                .contains("not electing a leader of " + lost + " that may lack records");
    }
}
