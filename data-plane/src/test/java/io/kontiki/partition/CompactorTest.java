package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogCleaner;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogConfig.Compaction;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.Compression;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactorTest {
    private static final UUID TOPIC = new UUID(7, 8);
    private static final LogConfig CONFIG = LogConfig.defaults()
            .withSegmentBytes(16 * 1024)
            .withIndexIntervalBytes(512)
            .withCompaction(new Compaction(true, 0.3, 0, Long.MAX_VALUE, 20));
    private static final CompactionSettings EAGER =
            new CompactionSettings(1, 200 * 24, Long.MAX_VALUE, Duration.ofMillis(1));
    private static final DiskThrottle UNBOUND = new DiskThrottle(Long.MAX_VALUE, System.nanoTime());
    private static final int KEYS = 300;
    private static final int LIVES = 6;
    private static final int BATCHES_PER_LIFE = 1_500;

    @TempDir
    Path root;

    private final ExecutorService writer = Executors.newSingleThreadExecutor();
    private final Map<String, String> oracle = new HashMap<>();
    private final AtomicInteger damages = new AtomicInteger();

    @AfterEach
    void endWriter() throws InterruptedException {
        writer.shutdown();
        assertThat(writer.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    /** One log whose writer thread is {@link #writer}; all of it is committed. */
    private static class Log implements Compactor.Target {
        private final PartitionLog log;
        private final ExecutorService thread;
        private final AtomicInteger damages;

        Log(PartitionLog log, ExecutorService thread, AtomicInteger damages) {
            this.log = log;
            this.thread = thread;
            this.damages = damages;
        }

        @Override
        public PartitionLog log() {
            return log;
        }

        @Override
        public String name() {
            return log.directory();
        }

        @Override
        public long highWatermark() {
            return log.endOffset();
        }

        @Override
        public boolean isWhole() {
            return true;
        }

        @Override
        public void execute(Runnable onWriter) {
            thread.execute(onWriter);
        }

        @Override
        public void onDamage(InvalidBatchException damage) {
            damages.incrementAndGet();
        }

        @Override
        public void onFailure(StorageException failure) {
            throw failure;
        }
    }

    @Test
    void keepsTheLastValueOfEveryKeyUnderLoadAndRestarts() {
        long seed = Long.getLong("compactor.seed", System.nanoTime());
        System.out.println("-Dcompactor.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        FileDisk disk = new FileDisk(root, 8);
        long passes = 0;
        for (int life = 0; life < LIVES; life++) {
            PartitionLog log = open(disk, "t-0");
            Log target = new Log(log, writer, damages);
            AtomicBoolean done = new AtomicBoolean();
            try (Compactor compactor = new Compactor(
                    () -> List.of(target), EAGER, Thread::new, UNBOUND, System::nanoTime, InstantSource.system())) {
                CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> readUntil(log, done));
                onWriter(() -> log.appendAsLeader(
                        ControlRecords.leaderChange(1, List.of(1), List.of(1), System.currentTimeMillis()), 0));
                for (int i = 0; i < BATCHES_PER_LIFE; i++) {
                    append(log, random);
                }
                log.flush();
                log.checkpoint();
                boolean catchesUp = life == LIVES - 1 || random.nextBoolean();
                Awaitility.await()
                        .until(() -> compactor.passes() > 0
                                && (!catchesUp
                                        || !LogCleaner.plan(log, log.endOffset(), true, System.currentTimeMillis())
                                                .isDue()));
                done.set(true);
                reader.join();
                if (random.nextBoolean()) {
                    // The log is closed under the pass.
                    onWriter(() -> {
                        log.close();
                        return null;
                    });
                }
                passes += compactor.passes();
                assertThat(compactor.uncleanableLogs()).isZero();
            }
            onWriter(() -> {
                log.close();
                return null;
            });
            PartitionLog reopened = open(disk, "t-0");
            assertThat(lastValues(reopened)).isEqualTo(oracle);
            reopened.close();
        }
        assertThat(passes).isGreaterThan(LIVES);
        long batches = (long) LIVES * BATCHES_PER_LIFE;
        PartitionLog last = open(disk, "t-0");
        assertThat(last.endOffset()).isGreaterThan(batches);
        assertThat(count(last)).isLessThan(batches);
        last.close();
    }

    @Test
    void damagedLogIsLeftAloneAndOthersGoOn() throws IOException {
        FileDisk disk = new FileDisk(root);
        PartitionLog bad = open(disk, "bad-0");
        PartitionLog good = open(disk, "good-0");
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            append(bad, random);
            append(good, random);
        }
        bad.flush();
        flipBit(root.resolve("bad-0/00000000000000000000.log"), 5_000);
        List<Log> logs = List.of(new Log(bad, writer, damages), new Log(good, writer, damages));
        try (Compactor compactor =
                new Compactor(() -> logs, EAGER, Thread::new, UNBOUND, System::nanoTime, InstantSource.system())) {
            Awaitility.await().until(() -> compactor.uncleanableLogs() == 1 && compactor.passes() > 0);
            assertThat(damages).hasValue(1);
        }
        assertThat(bad.isFailed()).isFalse();
        bad.close();
        good.close();
    }

    @Test
    void closeEndsAPassThatWaitsForItsTurn() {
        PartitionLog log = open(new FileDisk(root), "t-0");
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            append(log, random);
        }
        Log target = new Log(log, writer, damages);
        CompactionSettings slow = new CompactionSettings(1, 4_800, 1, Duration.ofMillis(1));
        Compactor compactor = new Compactor(
                () -> List.of(target),
                slow,
                task -> new Thread(task, "compacting"),
                new DiskThrottle(slow.bytesPerSecondMax(), System.nanoTime()),
                System::nanoTime,
                InstantSource.system());
        Awaitility.await()
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().equals("compacting")
                                && thread.getState() == Thread.State.TIMED_WAITING));
        compactor.close();
        assertThat(compactor.passes()).isZero();
        assertThat(lastValues(log)).isEqualTo(oracle);
        log.close();
    }

    /** As one does whose disk hangs. */
    @Test
    void aLogThatCannotBeLookedAtHoldsUpNobodyElse() {
        PartitionLog log = open(new FileDisk(root), "t-0");
        CountDownLatch looked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        Compactor.Target hanging = new Log(log, writer, damages) {
            @Override
            public long highWatermark() {
                looked.countDown();
                await(answer);
                return super.highWatermark();
            }
        };
        try (Compactor compactor = new Compactor(
                () -> List.of(hanging), EAGER, Thread::new, UNBOUND, System::nanoTime, InstantSource.system())) {
            await(looked);
            assertThat(CompletableFuture.supplyAsync(compactor::uncleanableLogs))
                    .succeedsWithin(Duration.ofSeconds(10))
                    .isEqualTo(0);
            answer.countDown();
        }
        log.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static PartitionLog open(FileDisk disk, String directory) {
        return PartitionLog.open(disk, directory, TOPIC, CONFIG);
    }

    private void append(PartitionLog log, SplittableRandom random) {
        Compression codec = random.nextInt(4) == 0 ? Compression.LZ4 : Compression.NONE;
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20, codec);
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            String key = "key-" + random.nextInt(KEYS);
            String value = random.nextInt(10) == 0 ? null : "value-" + random.nextLong();
            builder.add(System.currentTimeMillis(), bytes(key), value == null ? null : bytes(value), List.of());
            if (value == null) {
                oracle.remove(key);
            } else {
                oracle.put(key, value);
            }
        }
        onWriter(() -> log.appendAsLeader(builder.build(), 0));
    }

    private <T> T onWriter(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, writer).join();
    }

    /** Reads from the start again and again: offsets rise, checksums are right, nothing fails. */
    private static void readUntil(PartitionLog log, AtomicBoolean done) {
        while (!done.get()) {
            long next = log.logStartOffset();
            while (next < log.endOffset() && !done.get()) {
                LogSlice slice = log.read(next, 4_096, Long.MAX_VALUE);
                long last = next - 1;
                for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                    batch.ensureValidChecksum();
                    assertThat(batch.lastOffset()).isGreaterThan(last);
                    last = batch.lastOffset();
                }
                next = slice.endOffset();
            }
        }
    }

    private static Map<String, String> lastValues(PartitionLog log) {
        Map<String, String> values = new HashMap<>();
        for (long next = log.logStartOffset(); next < log.endOffset(); ) {
            LogSlice slice = log.read(next, 64 * 1024, Long.MAX_VALUE);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                if (!batch.isControl()) {
                    batch.forEach(found -> put(values, found));
                }
            }
            next = slice.endOffset();
        }
        return values;
    }

    private static void put(Map<String, String> values, Record found) {
        String key = text(found.key());
        if (found.hasValue()) {
            values.put(key, text(found.value()));
        } else {
            values.remove(key);
        }
    }

    private static long count(PartitionLog log) {
        long records = 0;
        for (long next = log.logStartOffset(); next < log.endOffset(); ) {
            LogSlice slice = log.read(next, 64 * 1024, Long.MAX_VALUE);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                records += batch.recordCount();
            }
            next = slice.endOffset();
        }
        return records;
    }

    private static void flipBit(Path file, long position) throws IOException {
        assertThat(Files.size(file)).isGreaterThan(position);
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(position);
            int old = raw.read();
            raw.seek(position);
            raw.write(old ^ 1);
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
