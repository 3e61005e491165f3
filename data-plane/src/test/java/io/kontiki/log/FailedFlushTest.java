package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule R10: a disk tells of a write that failed once, and its next flush means nothing. */
class FailedFlushTest {
    @TempDir
    Path root;

    @Test
    void flushThatWaitedForOneThatFailedFailsToo() throws Exception {
        WatchedDisk disk = new WatchedDisk(new FileDisk(root));
        PartitionLog log = PartitionLog.open(disk, "t-0", new UUID(1, 2), LogConfig.defaults());
        log.appendAsLeader(Batches.of(1000, "v"), 0);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean told = new AtomicBoolean();
        disk.before((done, path) -> {
            if (done.equals("force") && path.endsWith(".log") && told.compareAndSet(false, true)) {
                reached.countDown();
                await(goOn);
                throw new StorageException("force", path, new IOException("Input/output error"));
            }
        });
        CompletableFuture<Long> first = CompletableFuture.supplyAsync(log::flush);
        await(reached);
        CompletableFuture<Long> second = new CompletableFuture<>();
        Thread waiting = new Thread(() -> second.completeAsync(log::flush, Runnable::run));
        waiting.start();
        Awaitility.await().until(() -> waiting.getState() == Thread.State.BLOCKED);
        goOn.countDown();
        assertThat(first)
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(LogFailedException.class);
        assertThat(second)
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(LogFailedException.class);
        assertThat(log.flushedOffset()).isZero();
        disk.unwatched();
        log.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
