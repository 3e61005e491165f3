package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogsTest {
    @TempDir
    Path root;

    @Test
    void aLogThatDoesNotTellItsTopicIsReported() throws IOException {
        FileDisk disk = new FileDisk(root);
        PartitionLog.open(disk, "t-0", UUID.randomUUID(), LogConfig.defaults()).close();
        PartitionLog.open(disk, "t-1", UUID.randomUUID(), LogConfig.defaults()).close();
        Files.writeString(root.resolve("t-0").resolve("partition.metadata"), "version: 0");

        PartitionLogs.Recovery recovery = new PartitionLogs(disk, LogConfig.defaults(), () -> {}).recover();

        assertThat(recovery.logs()).isEqualTo(1);
        assertThat(recovery.unknown()).containsExactly("t-0");
        assertThat(recovery.damaged()).isEmpty();
    }
}
