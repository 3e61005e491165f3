package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** With processes that look like brokers from outside. */
@DisabledOnOs(OS.WINDOWS)
class ServerStopTest {
    private static final String DEFIANT = "trap '' TERM; ";

    @TempDir
    private Path directory;

    @Test
    void asksTheProcessAndWaitsForItsEnd() throws Exception {
        Process broker = process("", "io.kontiki.cli.Main", "server");
        var run = new CommandRun().with("KONTIKI_PID_FILE", file(broker.pid()).toString());

        assertThat(run.run("server", "stop")).isEqualTo(ExitCode.DONE);

        assertThat(broker.isAlive()).isFalse();
        assertThat(run.err()).contains("stopped the broker with process " + broker.pid());
    }

    @Test
    void whoDoesNotRunIsStoppedAlready() throws Exception {
        Process broker = process("exit 0; ", "io.kontiki.cli.Main", "server");
        broker.waitFor();
        var run = new CommandRun();

        assertThat(run.run("server", "stop", "--pid-file", file(broker.pid()).toString()))
                .isEqualTo(ExitCode.DONE);
        assertThat(run.err()).contains("does not run");
    }

    @Test
    void anotherProcessIsLeftAlone() throws Exception {
        Process other = process("", "something", "else");
        try {
            var run = new CommandRun();

            assertThat(run.run("server", "stop", "--pid-file", file(other.pid()).toString()))
                    .isEqualTo(ExitCode.CONFLICT);
            assertThat(run.err()).contains("is no broker");
            assertThat(other.isAlive()).isTrue();
        } finally {
            end(other);
        }
    }

    /** The machine was started anew, and another of its brokers has got the number. */
    @Test
    void brokerThatIsYoungerThanTheFileIsLeftAlone() throws Exception {
        Process other = process("", "io.kontiki.cli.Main", "server");
        try {
            Path file = file(other.pid());
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
            var run = new CommandRun();

            assertThat(run.run("server", "stop", "--pid-file", file.toString())).isEqualTo(ExitCode.CONFLICT);
            assertThat(run.err()).contains("began after its number was written", "kill " + other.pid());
            assertThat(other.isAlive()).isTrue();
        } finally {
            end(other);
        }
    }

    @Test
    void theWaitEnds() throws Exception {
        Process broker = process(DEFIANT, "io.kontiki.cli.Main", "server");
        try {
            var run = new CommandRun();

            assertThat(run.run(
                            "server",
                            "stop",
                            "--wait",
                            "200ms",
                            "--pid-file",
                            file(broker.pid()).toString()))
                    .isEqualTo(ExitCode.UNREACHABLE);
            assertThat(run.err()).contains("still runs");
        } finally {
            end(broker);
        }
    }

    @Test
    void whatIsNoNumberIsTold() throws IOException {
        for (String text : List.of("one", "0", "-1", "")) {
            Path file = Files.writeString(directory.resolve("pid"), text + "\n");
            var run = new CommandRun();

            assertThat(run.run("server", "stop", "--pid-file", file.toString())).isEqualTo(ExitCode.FAILED);
            assertThat(run.err()).contains("cannot be read as the number of a process");
        }
        assertThat(new CommandRun().run("server", "stop", "--pid-file", directory + "/none"))
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(new CommandRun().run("server", "stop")).isEqualTo(ExitCode.USAGE);
    }

    private Path file(long pid) throws IOException {
        return Files.writeString(directory.resolve("pid"), pid + "\n");
    }

    /** It waits for its standard input, which nobody writes; its arguments stand in its command line. */
    private static Process process(String before, String... arguments) throws IOException {
        Process process =
                new ProcessBuilder("sh", "-c", before + "echo up; read -r line", arguments[0], arguments[1]).start();
        // From here on its signals are what it wants them to be.
        process.inputReader().readLine();
        return process;
    }

    private static void end(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
