package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.CleaningReport.Outcome;
import io.kontiki.log.LogConfig.Compaction;
import io.kontiki.record.BatchHeader;
import io.kontiki.record.Compression;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import io.kontiki.record.RecordHeader;
import io.kontiki.storage.Disk;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random logs with every kind of batch, compacted again and again, beside a model that never forgets a record. */
class LogCleanerTest {
    private static final UUID TOPIC = new UUID(5, 6);
    private static final String DIRECTORY = "t-0";
    private static final long DELETE_RETENTION_MS = 1_000;
    private static final LogConfig CONFIG = LogConfig.defaults()
            .withSegmentBytes(2048)
            .withIndexIntervalBytes(200)
            .withCompaction(new Compaction(true, 0, 0, Long.MAX_VALUE, DELETE_RETENTION_MS));
    private static final int STEPS = 300;
    private static final CleaningPace FREE = bytes -> true;

    @TempDir
    Path root;

    private SplittableRandom random;
    private Disk disk;
    private PartitionLog log;
    private long nowMs;
    private boolean mayForget;
    private int epoch;
    private final TreeMap<Long, Written> model = new TreeMap<>();
    private final Set<Long> aborted = new HashSet<>();
    private final Map<Long, List<Long>> open = new HashMap<>();
    private final Map<Long, Integer> nextSequence = new HashMap<>();
    /** When the first pass began that may have kept the tombstone at an offset. */
    private final Map<Long, Long> firstKeptMs = new HashMap<>();

    private record Written(long offset, String key, String value, long timestampMs, List<RecordHeader> headers) {}

    @Test
    void keepsTheLastValueOfEveryKeyAndNothingElse() {
        Long given = Long.getLong("cleaner.seed");
        long first = given == null ? 1 : given;
        long last = given == null ? Long.getLong("cleaner.seeds", 5) : given;
        for (long seed = first; seed <= last; seed++) {
            try {
                runSeed(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("failed with -Dcleaner.seed=" + seed, e);
            }
        }
    }

    @Test
    void tombstoneStaysWhileAReplicaMayHaveMissedIt() {
        start(1);
        write("gone", "value");
        write("gone", null);
        while (log.view().segments().length < 3) {
            write("other", "value");
        }
        clean(10);
        nowMs += DELETE_RETENTION_MS;

        assertThat(LogCleaner.plan(log, log.endOffset(), false, nowMs).isOverdue())
                .isFalse();
        clean(10);
        assertThat(hasTombstones()).isTrue();

        assertThat(LogCleaner.plan(log, log.endOffset(), true, nowMs).isOverdue())
                .isTrue();
        mayForget = true;
        clean(10);
        assertThat(hasTombstones()).isFalse();
        log.close();
    }

    /** @param batch of the pass at which it happens: while the map is filled, while segments are copied */
    @ParameterizedTest
    @ValueSource(ints = {40, 190})
    void passGoesOnWhenRetentionTakesSegmentsThatItDoesNotRead(int batch) {
        start(batch);
        while (log.view().segments().length < 6) {
            write("key-" + random.nextInt(5), "value");
        }
        long secondSegment = log.view().segments()[1].baseOffset();
        int[] batches = {0};

        CleaningReport report = clean(10, bytes -> {
            if (batches[0]++ == batch) {
                log.raiseLogStart(secondSegment);
            }
            return true;
        });

        assertThat(log.logStartOffset()).isEqualTo(secondSegment);
        assertThat(report.outcome()).isEqualTo(Outcome.COMPLETE);
        log.close();
    }

    /** Found by crash enumeration: no later pass looked at the part of the batch that the map had held. */
    @Test
    void batchInWhichTheMapIsFullIsLeftToTheNextPass() {
        start(1);
        write("a", "value");
        write("b", "value");
        long base = log.endOffset();
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20, Compression.NONE);
        for (String key : List.of("twice", "twice", "c", "d")) {
            builder.add(nowMs, bytes(key), bytes("value"), List.of());
        }
        log.appendAsLeader(builder.build(), epoch);
        while (log.view().segments().length < 3) {
            write("other", "value");
        }
        assertThat(clean(2).toOffset()).isEqualTo(base);
        clean(40);
        long left = 0;
        for (RecordBatch batch : batches(log.endOffset())) {
            for (Record next : batch) {
                left += "twice".equals(text(next.key())) ? 1 : 0;
            }
        }
        assertThat(left).isEqualTo(1);
        log.close();
    }

    /** Found by the model: what was passed over came back with the log start, behind the note that all is compacted. */
    @Test
    void logStartIsOnDiskBeforeItIsNotedHowFarTheLogIsCompacted() {
        start(1);
        while (log.view().segments().length < 6) {
            write("key-" + random.nextInt(5), "value");
        }
        long third = log.view().segments()[2].baseOffset();
        log.flush();
        log.raiseLogStart(third);
        assertThat(clean(10).outcome()).isEqualTo(Outcome.COMPLETE);
        try (PartitionLog crashed = PartitionLog.open(disk, DIRECTORY, TOPIC, CONFIG)) {
            assertThat(crashed.logStartOffset()).isEqualTo(third);
        }
    }

    private void write(String key, String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20, Compression.NONE);
        builder.add(nowMs, bytes(key), bytes(value), List.of());
        log.appendAsLeader(builder.build(), epoch);
    }

    private void runSeed(long seed) {
        start(seed);
        changeLeader();
        for (int step = 0; step < STEPS; step++) {
            step();
        }
        endTransactions();
        fillSegment();
        settle();
        log.close();
    }

    private void start(long seed) {
        random = new SplittableRandom(seed);
        Path of = root.resolve(Long.toString(seed));
        assertThat(of.toFile().mkdir()).isTrue();
        disk = new FileDisk(of);
        log = PartitionLog.open(disk, DIRECTORY, TOPIC, CONFIG);
        nowMs = 1_000_000;
        epoch = 0;
        model.clear();
        aborted.clear();
        open.clear();
        nextSequence.clear();
        firstKeptMs.clear();
        mayForget = false;
    }

    private void step() {
        nowMs += random.nextInt(100);
        mayForget = random.nextBoolean();
        int choice = random.nextInt(100);
        if (choice < 75) {
            append();
        } else if (choice < 82) {
            endTransaction();
        } else if (choice < 84) {
            changeLeader();
        } else if (choice < 93) {
            clean(1 + random.nextInt(40));
            verify();
        } else if (choice < 96) {
            stopInTheMiddle();
            verify();
        } else if (choice < 98) {
            log.flush();
            log.checkpoint();
        } else {
            reopen();
            verify();
        }
    }

    private void append() {
        Compression codec = Compression.values()[random.nextInt(Compression.values().length)];
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20, codec);
        int kind = random.nextInt(4);
        long producerId = kind == 0 ? -1 : kind * 10 + random.nextInt(2);
        List<Written> records = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            Written next = new Written(
                    log.endOffset() + i,
                    random.nextInt(40) == 0 ? null : "key-" + random.nextInt(30),
                    random.nextInt(5) == 0 ? null : "v".repeat(random.nextInt(60)) + random.nextInt(),
                    nowMs - random.nextInt(50),
                    random.nextInt(5) == 0 ? List.of(RecordHeader.of("h", bytes("x" + i))) : List.of());
            records.add(next);
            builder.add(next.timestampMs(), bytes(next.key()), bytes(next.value()), next.headers());
        }
        ByteBuffer batch = builder.build();
        if (producerId >= 0) {
            int sequence = nextSequence.merge(producerId, count, Integer::sum) - count;
            RecordBatchBuilder.stampProducer(batch, producerId, (short) 0, sequence);
        }
        if (kind == 3) {
            batch = transactional(records, codec, producerId, nextSequence.get(producerId) - count);
            records.forEach(next ->
                    open.computeIfAbsent(producerId, id -> new ArrayList<>()).add(next.offset()));
        }
        log.appendAsLeader(batch, epoch);
        records.forEach(next -> model.put(next.offset(), next));
    }

    private static ByteBuffer transactional(List<Written> records, Compression codec, long producerId, int sequence) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20, codec);
        for (Written next : records) {
            builder.add(next.timestampMs(), bytes(next.key()), bytes(next.value()), next.headers());
        }
        return builder.buildTransactional(producerId, (short) 0, sequence);
    }

    private void endTransaction() {
        for (long producerId : List.of(30L, 31L)) {
            if (random.nextBoolean()) {
                end(producerId);
            }
        }
    }

    private void endTransactions() {
        end(30);
        end(31);
    }

    private void end(long producerId) {
        List<Long> offsets = open.remove(producerId);
        if (offsets == null) {
            return;
        }
        boolean abort = random.nextBoolean();
        if (abort) {
            aborted.addAll(offsets);
        }
        ControlRecords.Type type = abort ? ControlRecords.Type.ABORT : ControlRecords.Type.COMMIT;
        log.appendAsLeader(ControlRecords.endTransaction(type, producerId, (short) 0, 0, nowMs), epoch);
    }

    private void changeLeader() {
        epoch++;
        log.appendAsLeader(ControlRecords.leaderChange(1, List.of(1, 2), List.of(1), nowMs), epoch);
    }

    private CleaningReport clean(int mapSlots) {
        return clean(mapSlots, FREE);
    }

    private CleaningReport clean(int mapSlots, CleaningPace pace) {
        long limit = log.lastStableOffset(log.endOffset());
        model.headMap(limit).values().forEach(next -> firstKeptMs.putIfAbsent(next.offset(), nowMs));
        CleaningPlan plan = LogCleaner.plan(log, limit, mayForget, nowMs);
        LogCleaner cleaner = new LogCleaner(log, plan, pace, (long) (2 + mapSlots) * OffsetMap.BYTES_PER_SLOT);
        CleaningReport report = cleaner.run(LogCleaner.remember(log), nowMs);
        if (report.outcome() == Outcome.COMPLETE) {
            verifyCompacted(report.toOffset());
            assertThat(plan.endOffset() == plan.firstDirtyOffset() || report.toOffset() > report.fromOffset())
                    .isTrue();
        }
        assertThat(disk.list(DIRECTORY)).noneMatch(name -> name.endsWith(".cleaned") || name.endsWith(".swap"));
        return report;
    }

    private void stopInTheMiddle() {
        int[] left = {random.nextInt(60)};
        clean(1 + random.nextInt(40), bytes -> left[0]-- > 0);
    }

    private void reopen() {
        Map<Long, List<ProducerEntry.Appended>> before = producers();
        List<EpochEntry> epochs = log.epochs().entries();
        long end = log.endOffset();
        log.close();
        boolean derived = random.nextBoolean();
        if (derived) {
            for (String name : disk.list(DIRECTORY)) {
                if (name.endsWith(".snapshot") || name.equals("leader-epoch-checkpoint")) {
                    disk.delete(DIRECTORY + "/" + name);
                }
            }
        }
        log = PartitionLog.open(disk, DIRECTORY, TOPIC, CONFIG);
        assertThat(log.endOffset()).isEqualTo(end);
        assertThat(log.epochs().entries()).isEqualTo(epochs);
        assertThat(producers()).isEqualTo(before);
    }

    private Map<Long, List<ProducerEntry.Appended>> producers() {
        Map<Long, List<ProducerEntry.Appended>> windows = new TreeMap<>();
        log.producers().entries().forEach((id, entry) -> windows.put(id, List.copyOf(entry.window())));
        return windows;
    }

    /** What a reader of committed records sees: what was written, and of each key the last value. */
    private void verify() {
        long stable = log.lastStableOffset(log.endOffset());
        Map<String, String> found = new HashMap<>();
        Set<Long> offsets = new HashSet<>();
        List<AbortedTransaction> transactions = log.abortedTransactions(0, stable);
        for (RecordBatch batch : batches(stable)) {
            if (batch.isControl() || isAborted(batch, transactions)) {
                continue;
            }
            for (Record next : batch) {
                Written written = model.get(next.offset());
                assertThat(aborted.contains(next.offset()))
                        .as("aborted, but shown")
                        .isFalse();
                assertThat(new Written(
                                next.offset(),
                                next.hasKey() ? text(next.key()) : null,
                                next.hasValue() ? text(next.value()) : null,
                                next.timestampMs(),
                                next.headers()))
                        .isEqualTo(written);
                offsets.add(next.offset());
                put(found, written);
            }
        }
        Map<String, String> expected = new HashMap<>();
        Map<String, Written> lastOfKey = new HashMap<>();
        for (Written written : model.headMap(stable).values()) {
            if (!aborted.contains(written.offset())) {
                put(expected, written);
                lastOfKey.put(written.key(), written);
            }
        }
        assertThat(found).isEqualTo(expected);
        lastOfKey.remove(null);
        for (Written last : lastOfKey.values()) {
            long kept = firstKeptMs.getOrDefault(last.offset(), nowMs);
            if (last.value() != null || nowMs < kept + DELETE_RETENTION_MS) {
                assertThat(offsets.contains(last.offset()))
                        .as("last of %s", last.key())
                        .isTrue();
            }
        }
    }

    private static void put(Map<String, String> target, Written written) {
        if (written.key() != null && written.value() == null) {
            target.remove(written.key());
        } else if (written.key() != null) {
            target.put(written.key(), written.value());
        }
    }

    private static boolean isAborted(BatchHeader batch, List<AbortedTransaction> transactions) {
        return batch.isTransactional()
                && transactions.stream()
                        .anyMatch(aborted -> aborted.producerId() == batch.producerId()
                                && aborted.firstOffset() <= batch.baseOffset()
                                && aborted.lastOffset() >= batch.lastOffset());
    }

    /** Below the offset no key is there twice, and nothing that was aborted. */
    private void verifyCompacted(long toOffset) {
        Set<String> keys = new HashSet<>();
        for (RecordBatch batch : batches(log.endOffset())) {
            if (batch.isControl() || batch.lastOffset() >= toOffset) {
                continue;
            }
            for (Record next : batch) {
                assertThat(next.hasKey()).isTrue();
                assertThat(keys.add(text(next.key())))
                        .as("first record of its key")
                        .isTrue();
                assertThat(aborted.contains(next.offset())).isFalse();
            }
        }
    }

    /** Everything but the last segment gets compactable. */
    private void fillSegment() {
        long end = log.endOffset();
        while (log.view().active().baseOffset() <= end) {
            append();
            endTransactions();
        }
    }

    /** Once the delays have passed, tombstones and the markers of what is gone are gone, however the passes went before. */
    private void settle() {
        mayForget = true;
        for (int i = 0; i < 4; i++) {
            assertThat(clean(10_000).outcome()).isEqualTo(Outcome.COMPLETE);
            verify();
            nowMs += DELETE_RETENTION_MS;
            assertThat(LogCleaner.plan(log, log.endOffset(), true, nowMs).isOverdue() || !hasTombstones())
                    .as("a pass is due once tombstones may go")
                    .isTrue();
        }
        long compactedTo = log.view().active().baseOffset();
        Set<Long> withBatches = new HashSet<>();
        for (RecordBatch batch : batches(compactedTo)) {
            if (!batch.isControl()) {
                withBatches.add(batch.producerId());
                batch.forEach(next -> assertThat(next.hasValue()).isTrue());
            } else if (batch.hasProducerId() && batch.recordCount() > 0) {
                assertThat(withBatches).contains(batch.producerId());
            }
        }
        reopen();
        verify();
    }

    private boolean hasTombstones() {
        for (RecordBatch batch : batches(log.view().active().baseOffset())) {
            for (Record next : batch) {
                if (!batch.isControl() && !next.hasValue()) {
                    return true;
                }
            }
        }
        return false;
    }

    private List<RecordBatch> batches(long toOffset) {
        List<RecordBatch> batches = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < toOffset) {
            LogSlice slice = log.read(next, 1 + random.nextInt(4000), toOffset);
            if (slice.isEmpty()) {
                return batches;
            }
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                batch.ensureValidChecksum();
                batches.add(batch);
            }
            next = slice.endOffset();
        }
        return batches;
    }

    private static ByteBuffer bytes(String text) {
        return text == null ? null : ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
