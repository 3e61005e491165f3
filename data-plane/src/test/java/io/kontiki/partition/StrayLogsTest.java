package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.storage.Disk;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrayLogsTest {
    private static final long RENAMED_MILLIS = 1_700_000_000_000L;

    @TempDir
    Path root;

    /** Rule R13: whoever finds within a day that the metadata were wrong has the log still. */
    @Test
    void strayLogIsKeptForADay() {
        Disk disk = new FileDisk(root);
        LogDir dir = LogDir.online(new UUID(0, 1), "dir", disk, 0);
        disk.createDirectory("t-0");
        StrayLogs.setAside(disk, "t-0", "no topic has it", RENAMED_MILLIS);
        assertThat(disk.list("")).singleElement().asString().matches("t-0\\..+\\.stray");

        long dayLater = RENAMED_MILLIS + Duration.ofHours(24).toMillis();
        StrayLogs.deleteDue(dir, dayLater - 1);
        assertThat(disk.list("")).hasSize(1);
        StrayLogs.deleteDue(dir, dayLater);
        assertThat(disk.list("")).isEmpty();
    }
}
