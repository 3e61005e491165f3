package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerArchiveRunTest {
    @TempDir
    private Path parent;

    @Test
    void brokersReplicateARecordAndLeaveNothing() throws IOException, InterruptedException {
        try (ServerArchiveRun run = new ServerArchiveRun(parent)) {
            run.start();
            assertThat(run.useAll()).isEqualTo(ServerArchiveRun.RECORDS);
        }
        try (Stream<Path> left = Files.list(parent)) {
            assertThat(left).isEmpty();
        }
    }
}
