package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.ControlRecords;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.ForwardingDisk;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlusherTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path root;

    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private final CompletableFuture<RuntimeException> failed = new CompletableFuture<>();
    private volatile Runnable beforeOpen = () -> {};
    private LogDir dir;
    private PartitionLog log;
    private Flusher flusher;

    @BeforeEach
    void openLog() {
        ForwardingDisk disk = new ForwardingDisk(new FileDisk(root)) {
            @Override
            public DiskFile open(String path) {
                beforeOpen.run();
                return super.open(path);
            }
        };
        dir = LogDir.online(UUID.randomUUID(), "d", disk, 0);
        log = PartitionLog.open(disk, "t-0", new UUID(1, 2), LogConfig.defaults());
        log.appendAsLeader(ControlRecords.leaderChange(1, List.of(), List.of(), 1_000), 0);
        flusher = new Flusher(List.of(dir), 1, Threads.system());
    }

    @AfterEach
    void close() {
        flusher.close();
        beforeOpen = () -> {};
        log.close();
    }

    private void flushWithCheckpoint() {
        flusher.flush(new PartitionLogs.Placed(dir, log), true, done::complete, failed::complete);
    }

    @Test
    void checkpointIsNoted() {
        flushWithCheckpoint();
        assertThat(done).succeedsWithin(SOON).isEqualTo(true);
    }

    @Test
    void checkpointWithoutRoomIsNotTakenForNoted() { // R15
        beforeOpen = () -> {
            throw new DiskFullException("append", "t-0", new IOException("No space left on device"));
        };
        flushWithCheckpoint();
        assertThat(done).succeedsWithin(SOON).isEqualTo(false);
        assertThat(log.isFailed()).isFalse();
    }

    @Test
    void whoeverWaitsHearsOfAFlushThatEndsAsNobodyForesaw() {
        beforeOpen = () -> {
            throw new InternalError("a fault occurred in a mapped page");
        };
        flushWithCheckpoint();
        assertThat(failed)
                .succeedsWithin(SOON)
                .satisfies(cause ->
                        assertThat(cause).hasMessageContaining("t-0").hasRootCauseInstanceOf(InternalError.class));
        assertThat(done).isNotDone();
    }
}
