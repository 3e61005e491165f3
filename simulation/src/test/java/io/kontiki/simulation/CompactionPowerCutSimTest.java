package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.CleaningPlan;
import io.kontiki.log.CleaningReport;
import io.kontiki.log.LogCleaner;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogConfig.Compaction;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The power goes at each change that a pass of compaction makes to its disk, and again at each change of the recovery that
 * follows: either the old segments or the new ones are there, so the last value of every key is.
 */
class CompactionPowerCutSimTest {
    private static final UUID TOPIC = new UUID(9, 10);
    private static final String DIRECTORY = "t-0";
    private static final long DELETE_RETENTION_MS = 100;
    private static final LogConfig CONFIG = LogConfig.defaults()
            .withSegmentBytes(1024)
            .withIndexIntervalBytes(150)
            .withCompaction(new Compaction(true, 0, 0, Long.MAX_VALUE, DELETE_RETENTION_MS));
    private static final int BATCHES = 60;
    private static final int KEYS = 12;

    private SplittableRandom random;
    private MemoryDisk disk;
    private final TreeMap<Long, String[]> written = new TreeMap<>();
    private final List<Long> aborted = new ArrayList<>();
    private long nowMs;
    private long cuts;

    @Test
    void everyPowerCutLeavesTheOldSegmentsOrTheNewOnes() {
        Long given = Long.getLong("sim.seed");
        long first = given == null ? 1 : given;
        long last = given == null ? Long.getLong("sim.seeds", 12) : given;
        for (long seed = first; seed <= last; seed++) {
            try {
                cutAtEachChange(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("failed with -Dsim.seed=" + seed, e);
            }
        }
        assertThat(cuts).isGreaterThan(20 * (last - first + 1));
    }

    private void cutAtEachChange(long seed) {
        boolean cutIt = true;
        for (long changes = 0; cutIt; changes++) {
            random = new SplittableRandom(seed);
            disk = new MemoryDisk();
            nowMs = 10_000;
            written.clear();
            aborted.clear();
            fill();
            // Each third run compacts what was compacted before, when tombstones and markers may go.
            PartitionLog log = open();
            if (seed % 3 == 0) {
                clean(log);
                nowMs += DELETE_RETENTION_MS;
            }
            random = new SplittableRandom(seed * 1_000_003 + changes);
            disk.failAfter(changes);
            cutIt = isCut(() -> clean(log));
            cuts++;
            disk.cutPower(random);
            recoverAndVerify();
        }
    }

    private boolean isCut(Runnable work) {
        try {
            work.run();
            return false;
        } catch (LogFailedException | StorageException failed) {
            assertThat(failed).hasStackTraceContaining("the disk fails");
            return true;
        }
    }

    /** A recovery that is cut itself, then one that is not; then the rest of the compaction. */
    private void recoverAndVerify() {
        disk.failAfter(random.nextInt(12));
        isCut(this::open);
        disk.cutPower(random);
        PartitionLog log = open();
        verify(log);
        List<String> names = disk.list(DIRECTORY);
        assertThat(names).noneMatch(name -> name.endsWith(".cleaned") || name.endsWith(".swap"));
        clean(log);
        verify(log);
        log.close();
        log = open();
        verify(log);
        log.close();
    }

    private PartitionLog open() {
        return PartitionLog.open(disk, DIRECTORY, TOPIC, CONFIG);
    }

    private CleaningReport clean(PartitionLog log) {
        CleaningPlan plan = LogCleaner.plan(log, log.lastStableOffset(log.endOffset()), true, nowMs);
        return new LogCleaner(log, plan, bytes -> true, 24L * (4 + random.nextInt(2 * KEYS)))
                .run(LogCleaner.remember(log), nowMs);
    }

    private void fill() {
        PartitionLog log = open();
        log.appendAsLeader(ControlRecords.leaderChange(1, List.of(1), List.of(1), nowMs), 0);
        List<Long> transaction = new ArrayList<>();
        int sequence = 0;
        for (int i = 0; i < BATCHES; i++) {
            boolean isTransactional = random.nextInt(4) == 0;
            RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
            int count = 1 + random.nextInt(3);
            for (int j = 0; j < count; j++) {
                String key = "k" + random.nextInt(KEYS);
                String value = random.nextInt(5) == 0 ? null : "v" + i + "-" + j + "x".repeat(random.nextInt(30));
                builder.add(nowMs, bytes(key), value == null ? null : bytes(value), List.of());
                written.put(log.endOffset() + j, new String[] {key, value});
                if (isTransactional) {
                    transaction.add(log.endOffset() + j);
                }
            }
            log.appendAsLeader(
                    isTransactional ? builder.buildTransactional(5, (short) 0, sequence) : builder.build(), 0);
            sequence += isTransactional ? count : 0;
            if (!transaction.isEmpty() && random.nextInt(5) == 0) {
                end(log, transaction);
            }
        }
        end(log, transaction);
        log.close();
    }

    private void end(PartitionLog log, List<Long> transaction) {
        boolean abort = random.nextBoolean();
        if (abort) {
            aborted.addAll(transaction);
        }
        transaction.clear();
        ControlRecords.Type type = abort ? ControlRecords.Type.ABORT : ControlRecords.Type.COMMIT;
        log.appendAsLeader(ControlRecords.endTransaction(type, 5, (short) 0, 0, nowMs), 0);
    }

    private void verify(PartitionLog log) {
        Map<String, String> expected = new HashMap<>();
        written.forEach((offset, record) -> {
            if (!aborted.contains(offset)) {
                put(expected, record[0], record[1]);
            }
        });
        Map<String, String> found = new HashMap<>();
        var transactions = log.abortedTransactions(0, log.endOffset());
        for (long next = 0; next < log.endOffset(); ) {
            LogSlice slice = log.read(next, 4096, Long.MAX_VALUE);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                batch.ensureValidChecksum();
                boolean isAborted = batch.isTransactional()
                        && transactions.stream()
                                .anyMatch(transaction -> transaction.firstOffset() <= batch.baseOffset()
                                        && transaction.lastOffset() >= batch.lastOffset());
                if (!batch.isControl() && !isAborted) {
                    batch.forEach(record -> take(found, record));
                }
            }
            next = slice.endOffset();
        }
        assertThat(found).isEqualTo(expected);
    }

    private void take(Map<String, String> found, Record record) {
        String[] original = written.get(record.offset());
        assertThat(aborted).doesNotContain(record.offset());
        assertThat(text(record.key())).isEqualTo(original[0]);
        assertThat(record.hasValue() ? text(record.value()) : null).isEqualTo(original[1]);
        put(found, original[0], original[1]);
    }

    private static void put(Map<String, String> target, String key, String value) {
        if (value == null) {
            target.remove(key);
        } else {
            target.put(key, value);
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
