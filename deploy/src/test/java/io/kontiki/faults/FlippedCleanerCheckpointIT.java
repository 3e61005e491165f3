package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.localcluster.FileTree;
import io.kontiki.log.CleaningReport;
import io.kontiki.log.CleaningReport.Outcome;
import io.kontiki.log.LogCleaner;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogConfig.Compaction;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One bit of a compacted log's {@code cleaner-checkpoint} is wrong when it is opened. Too high an offset there would let a
 * tombstone go before the values that it deletes, which would then be back.
 */
class FlippedCleanerCheckpointIT {
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final int FLIPS = Integer.getInteger("faults.flips", 40);
    private static final String CHECKPOINT = "cleaner-checkpoint";
    private static final LogConfig CONFIG = LogConfig.defaults()
            .withSegmentBytes(4 << 10)
            .withIndexIntervalBytes(512)
            .withCompaction(new Compaction(true, 0, 0, Long.MAX_VALUE, 0));
    private static final int KEYS = 20;
    private static final long MAP_BYTES = 1 << 20;
    private static final long FAR_FUTURE_MS = 1_000_000;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Map<String, String> lastValues = new TreeMap<>();

    @TempDir
    Path directory;

    @Test
    void passAfterAFlipKeepsTheLastValueOfEveryKeyAndNoDeletedOne() throws IOException {
        Path whole = Files.createDirectory(directory.resolve("whole"));
        long firstDirtyOffset = writeCompactedLog(whole);
        byte[] checkpoint = Files.readAllBytes(fileOf(whole, CHECKPOINT));

        int forgotten = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            int bit = random.nextInt(8 * checkpoint.length);
            byte[] flipped = checkpoint.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Path root = copyOf(whole, flipped);
            try (PartitionLog log = open(root)) {
                CleaningReport report = compact(log);
                assertThat(report.fromOffset())
                        .as("where the pass begins, byte %s bit %s; -Dfaults.seed=%s", bit / 8, bit % 8, SEED)
                        .isIn(0L, firstDirtyOffset);
                forgotten += report.fromOffset() == 0 ? 1 : 0;
                assertThat(valuesIn(log)).as("-Dfaults.seed=%s", SEED).isEqualTo(lastValues);
            }
            FileTree.delete(root);
        }
        System.out.println(FLIPS + " flipped bits, CLEANER_CHECKPOINT: all was compacted again after " + forgotten);
    }

    /** Compacts, and appends more; the offset from which on nothing is compacted. */
    private long writeCompactedLog(Path root) {
        try (PartitionLog log = open(root)) {
            write(log, 400);
            long cleaned = compact(log).toOffset();
            assertThat(cleaned).isPositive();
            write(log, 400);
            log.flush();
            return cleaned;
        }
    }

    private void write(PartitionLog log, int records) {
        for (int i = 0; i < records; i++) {
            String key = "key-" + random.nextInt(KEYS);
            String value = random.nextInt(3) == 0 ? null : "value " + log.endOffset();
            if (value == null) {
                lastValues.remove(key);
            } else {
                lastValues.put(key, value);
            }
            RecordBatchBuilder builder = new RecordBatchBuilder(1 << 10);
            builder.add(log.endOffset(), bytes(key), value == null ? null : bytes(value), List.of());
            log.appendAsLeader(builder.build(), 1);
        }
    }

    /** A pass in which every tombstone has been kept long enough. */
    private static CleaningReport compact(PartitionLog log) {
        CleaningReport report = new LogCleaner(
                        log, LogCleaner.plan(log, log.endOffset(), true, FAR_FUTURE_MS), bytes -> true, MAP_BYTES)
                .run(LogCleaner.remember(log), FAR_FUTURE_MS);
        assertThat(report.outcome()).isEqualTo(Outcome.COMPLETE);
        return report;
    }

    private static Map<String, String> valuesIn(PartitionLog log) {
        Map<String, String> values = new TreeMap<>();
        for (long offset = log.logStartOffset(); offset < log.endOffset(); ) {
            LogSlice slice = log.read(offset, 1 << 20, Long.MAX_VALUE);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                batch.forEach(record -> put(values, record));
                offset = batch.nextOffset();
            }
        }
        return values;
    }

    private static void put(Map<String, String> values, Record record) {
        if (record.hasValue()) {
            values.put(text(record.key()), text(record.value()));
        } else {
            values.remove(text(record.key()));
        }
    }

    private Path copyOf(Path whole, byte[] checkpoint) throws IOException {
        Path root = Files.createTempDirectory(directory, "flipped");
        Files.createDirectory(root.resolve(LogProcess.DIRECTORY));
        try (Stream<Path> files = Files.list(whole.resolve(LogProcess.DIRECTORY))) {
            for (Path file : files.toList()) {
                Files.copy(file, fileOf(root, file.getFileName().toString()));
            }
        }
        Files.write(fileOf(root, CHECKPOINT), checkpoint);
        return root;
    }

    private static Path fileOf(Path root, String name) {
        return root.resolve(LogProcess.DIRECTORY).resolve(name);
    }

    private static PartitionLog open(Path root) {
        return PartitionLog.open(new FileDisk(root), LogProcess.DIRECTORY, LogProcess.TOPIC, CONFIG);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
