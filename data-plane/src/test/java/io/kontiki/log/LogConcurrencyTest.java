package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers beside everything that takes files, descriptors and indexes from under them. */
class LogConcurrencyTest {
    private static final LogConfig SMALL =
            LogConfig.defaults().withSegmentBytes(2048).withIndexIntervalBytes(200);

    @TempDir
    Path root;

    @Test
    void readersSeeSoundBatchesBesideRollsCutsRetentionAndFewDescriptors() throws Exception {
        FileDisk disk = new FileDisk(root, 4);
        PartitionLog log = PartitionLog.open(disk, "t-0", new UUID(1, 2), SMALL);
        AtomicBoolean done = new AtomicBoolean();
        List<CompletableFuture<Long>> readers = new ArrayList<>();
        for (int r = 0; r < 3; r++) {
            int seed = r;
            readers.add(CompletableFuture.supplyAsync(() -> readUntil(done, log, new SplittableRandom(seed))));
        }
        CompletableFuture<Void> flusher = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                log.flush();
                log.checkpoint();
            }
        });
        SplittableRandom random = new SplittableRandom(99);
        long until = System.nanoTime() + 2_000_000_000L;
        int epoch = 0;
        while (System.nanoTime() < until) {
            for (int i = 0; i < 200; i++) {
                log.appendAsLeader(Batches.of(log.endOffset(), "v", "w"), epoch);
            }
            switch (random.nextInt(3)) {
                case 0 -> log.truncateTo(Math.max(log.logStartOffset(), log.endOffset() - random.nextInt(300)));
                case 1 ->
                    log.raiseLogStart(Math.max(log.logStartOffset(), log.endOffset() - 200 - random.nextInt(900)));
                default -> epoch++;
            }
        }
        done.set(true);
        for (CompletableFuture<Long> reader : readers) {
            assertThat(reader.get()).isPositive();
        }
        flusher.get();
        log.flush();
        log.close();
        assertThat(disk.openFiles()).as("descriptors left").isZero();
    }

    private static long readUntil(AtomicBoolean done, PartitionLog log, SplittableRandom random) {
        long batches = 0;
        while (!done.get()) {
            long start = log.logStartOffset();
            long from = start + random.nextLong(Math.max(1, log.endOffset() - start));
            try {
                LogSlice slice = log.read(from, random.nextInt(3_000), Long.MAX_VALUE);
                long expected = slice.startOffset();
                for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                    batch.ensureValidChecksum();
                    assertThat(batch.baseOffset()).isEqualTo(expected);
                    // The leader stamps what the test knew when it built the batch.
                    assertThat(batch.maxTimestampMs()).isEqualTo(batch.baseOffset());
                    expected = batch.nextOffset();
                    batches++;
                }
                assertThat(slice.endOffset()).isEqualTo(expected);
                log.offsetForTimestamp(from)
                        .ifPresent(found -> assertThat(found.timestampMs()).isGreaterThanOrEqualTo(from));
            } catch (OffsetOutOfRangeException cutMeanwhile) {
                continue;
            }
        }
        return batches;
    }
}
