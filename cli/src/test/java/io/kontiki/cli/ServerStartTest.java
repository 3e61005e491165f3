package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerStartTest {
    private static final String ANY_PORT = "listeners=GRPC://127.0.0.1:0";
    private static final String ANY_HTTP_PORT = "http.listener=127.0.0.1:0";

    @TempDir
    private Path directory;

    @Test
    void runsUntilAskedToStopAndSaysWhatToDoNext() throws Exception {
        var server = new CommandRun();
        var exitCode = CompletableFuture.supplyAsync(() -> server.run(
                "server", "start", "--dev", "--data", directory.toString(), "--set", ANY_PORT, "--set", ANY_HTTP_PORT));
        await().atMost(Duration.ofSeconds(30)).until(() -> server.err().contains("consume greetings --follow"));

        assertThat(server.err())
                .contains("Ready at 127.0.0.1:")
                .contains("kontiki topic create greetings -b 127.0.0.1:");
        var second = new CommandRun();
        assertThat(second.run(
                        "server", "start", "--data", directory.toString(), "--set", ANY_PORT, "--set", ANY_HTTP_PORT))
                .isEqualTo(ExitCode.CONFLICT);
        assertThat(second.err()).contains(directory.toString()).contains("--data DIR");
        assertThat(exitCode).isNotDone();

        server.stop().request();
        assertThat(exitCode.get(30, TimeUnit.SECONDS)).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var run = new CommandRun();
            String listener = "listeners=GRPC://127.0.0.1:" + taken.getLocalPort();

            assertThat(run.run(
                            "server",
                            "start",
                            "--data",
                            directory.toString(),
                            "--set",
                            listener,
                            "--set",
                            ANY_HTTP_PORT))
                    .isEqualTo(ExitCode.CONFLICT);
            assertThat(run.err())
                    .contains(Integer.toString(taken.getLocalPort()))
                    .containsIgnoringCase("in use");
            assertThat(run.err().lines()).hasSize(2);
        }
    }

    @Test
    void anUnusableDirectoryIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        var run = new CommandRun();

        assertThat(run.run("server", "start", "--data", file.toString(), "--set", ANY_PORT, "--set", ANY_HTTP_PORT))
                .isEqualTo(ExitCode.CONFLICT);
        assertThat(run.err()).contains(file.toString());
        assertThat(run.err().lines()).hasSize(2);
    }
}
