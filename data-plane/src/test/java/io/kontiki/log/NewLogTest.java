package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.storage.Disk;
import io.kontiki.storage.ForwardingDisk;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewLogTest {
    private static final UUID TOPIC = new UUID(1, 2);

    @TempDir
    Path root;

    private PartitionLog open(Disk disk) {
        return PartitionLog.open(disk, "t-0", TOPIC, LogConfig.defaults());
    }

    /** As a failed question for a file is answered. */
    @Test
    void aLogThatTheDiskDeniesIsNotMadeAnew() {
        Disk disk = new FileDisk(root);
        try (PartitionLog log = open(disk)) {
            log.appendAsLeader(Batches.of(1, "kept"), 0);
        }
        Disk denying = new ForwardingDisk(disk) {
            @Override
            public boolean exists(String path) {
                return !path.equals("t-0") && super.exists(path);
            }
        };
        assertThatThrownBy(() -> open(denying))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("has files");
        try (PartitionLog log = open(disk)) {
            assertThat(log.endOffset()).isEqualTo(1);
        }
    }

    @Test
    void whatItSaysOfItselfIsReadAgain() {
        Disk disk = new FileDisk(root);
        open(disk).close();
        try (PartitionLog log = open(disk)) {
            assertThat(log.recovery().contradictsCleanEnd()).isFalse();
            assertThat(new ClosedLog(disk, "t-0").topicId()).hasValue(TOPIC);
            assertThat(log.endOffset()).isZero();
        }
    }
}
