package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kontiki.log.LogConfig.Compaction;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Offsets that compaction took away: between batches of closed segments, but never at a segment's end. */
class LogGapsTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL = LogConfig.defaults()
            .withSegmentBytes(1024)
            .withIndexIntervalBytes(200)
            .withCompaction(new Compaction(true, 0, 0, Long.MAX_VALUE, 0));

    @TempDir
    Path root;

    private WatchedDisk disk;
    private PartitionLog log;

    @BeforeEach
    void openLog() {
        disk = new WatchedDisk(new FileDisk(root));
        log = open();
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void followerFillsGapsWithEmptyBatches() {
        gapped(0, 60);
        assertThat(offsets(log)).hasSize(60).startsWith(0L, 3L, 6L).endsWith(177L);
        assertThat(log.endOffset()).isEqualTo(178);
        long next = 0;
        for (RecordBatch batch : batches(log)) {
            assertThat(batch.baseOffset()).isEqualTo(next);
            assertThat(batch.hasValidChecksum()).isTrue();
            next = batch.nextOffset();
        }
        assertThat(log.gapsBelow()).isZero();
        log.close();
        log = open();
        assertThat(offsets(log)).hasSize(60);
        assertThat(log.recovery().hasCut()).isFalse();
    }

    @Test
    void whatFillsAGapMovesNoEpoch() {
        gapped(0, 60);
        assertThat(log.epochs().entries())
                .containsExactly(new EpochEntry(0, 0), new EpochEntry(1, 60), new EpochEntry(2, 120));
    }

    @Test
    void compactionTakesWhatFilledAGap() {
        gapped(0, 60);
        long closedEnd = compact();
        assertThat(offsets(log)).hasSize(60);
        List<RecordBatch> left = batches(log);
        left.removeIf(batch -> batch.baseOffset() >= closedEnd);
        assertThat(left.stream().filter(batch -> batch.recordCount() == 0).count())
                .isLessThan(log.view().segments().length);
    }

    @Test
    void gapWiderThanASegmentIsRefused() {
        gapped(0, 1);
        long widest = 1L + Integer.MAX_VALUE;
        assertThatThrownBy(() -> log.appendAsFollower(Batches.stamped(keyed("a"), widest + 1, 0)))
                .isInstanceOf(AppendMismatchException.class)
                .hasMessageContaining("base offset is " + (widest + 1) + ", expected " + widest + " or below");
        log.appendAsFollower(Batches.stamped(keyed("a"), widest, 0));
        PartitionLog crashed = open();
        assertThat(offsets(crashed)).containsExactly(0L, widest);
    }

    @Test
    void everySegmentEndsWhereTheNextBegins() {
        gapped(0, 60);
        log.flush();
        log.checkpoint();
        LogView view = log.view();
        for (int i = 0; i < view.segments().length - 1; i++) {
            assertThat(view.segments()[i].endsAt(view.endOf(i))).isTrue();
        }
        PartitionLog crashed = open();
        assertThat(offsets(crashed)).isEqualTo(offsets(log));
        assertThat(crashed.endOffset()).isEqualTo(178);
    }

    /** Found by crash enumeration: where a sector ends behind a base offset, it is lost alone. */
    @ParameterizedTest
    @ValueSource(longs = {1, 7, 1L << 58})
    void tornBaseOffsetIsNoGap(long offsetsAbove) {
        compacted();
        List<Long> offsets = offsets(log);
        long end = log.endOffset();
        String active = LogDirectory.name(log.view().active().baseOffset(), LogDirectory.LOG);
        log.close();
        ByteBuffer torn = Batches.stamped(keyed("torn"), end + offsetsAbove, 0);
        try (DiskFile file = disk.open("t-0/" + active)) {
            file.append(torn);
        }
        log = open();
        assertThat(log.recovery().cutBytes()).isEqualTo(torn.limit());
        assertThat(log.endOffset()).isEqualTo(end);
        assertThat(offsets(log)).isEqualTo(offsets);
    }

    @Test
    void offsetInAGapLeadsToTheNextBatch() {
        compacted();
        TreeSet<Long> offsets = bases(log);
        assertThat(offsets.size()).isLessThan(50);
        for (long offset = 0; offset < log.endOffset(); offset++) {
            assertThat(log.read(offset, 1, Long.MAX_VALUE).startOffset()).isEqualTo(offsets.ceiling(offset));
        }
    }

    @Test
    void truncationIntoAGapEndsBehindTheBatchBefore() {
        compacted();
        TreeSet<Long> offsets = bases(log);
        for (long cut = log.endOffset() - 1; cut > 0; cut--) {
            log.truncateTo(Math.min(cut, log.endOffset()));
            assertThat(log.endOffset()).isEqualTo(offsets.lower(cut) + 1);
            log.close();
            log = open();
            assertThat(log.endOffset()).isEqualTo(offsets.lower(cut) + 1);
            assertThat(bases(log)).isEqualTo(offsets.headSet(cut));
        }
    }

    /** Where nothing is noted, recovery takes a gap for a wrong base offset, which no checksum covers. */
    @Test
    void gapIsNotedBeforeItIsThere() {
        List<OffsetCheckpoint> noted = new ArrayList<>();
        disk.before((verb, path) -> {
            if (path.endsWith(SegmentSwap.SWAP)) {
                noted.add(new LogCheckpoints(log.directoryFiles()).readOffsets().orElseThrow());
            }
        });
        long closedEnd = compacted();
        assertThat(noted).isNotEmpty().allMatch(offsets -> offsets.gapsBelow() >= closedEnd);
    }

    @Test
    void gapsAreSoundWhereNothingIsNotedAnyMore() {
        compacted();
        List<Long> offsets = offsets(log);
        log.close();
        for (int i = 0; i < 2; i++) {
            disk.delete("t-0/offset-checkpoint");
            log = open();
            assertThat(offsets(log)).isEqualTo(offsets);
            log.close();
        }
        log = open();
        assertThat(offsets(log)).isEqualTo(offsets);
    }

    @Test
    void gapsStayWhenDamageIsSetAsideOfALogWithoutItsNote() {
        compacted();
        List<Long> offsets = offsets(log);
        String active = "t-0/" + LogDirectory.name(log.view().active().baseOffset(), LogDirectory.LOG);
        log.close();
        disk.delete("t-0/offset-checkpoint");
        try (DiskFile file = disk.open(active)) {
            file.truncate(file.size() - 1);
        }
        DamagedLogException damage = catchThrowableOfType(DamagedLogException.class, this::open);
        new ClosedLog(disk, "t-0").setDamageAside(damage);
        log = open();
        assertThat(offsets(log)).isEqualTo(offsets.subList(0, offsets.size() - 1));
    }

    @Test
    void gapThatWasNeverNotedIsCut() {
        log.appendAsFollower(Batches.stamped(Batches.of(1, "a"), 0, 0));
        try (DiskFile file = disk.open("t-0/00000000000000000000.log")) {
            file.append(Batches.stamped(Batches.of(1, "b"), 5, 0));
        }
        assertThat(offsets(open())).containsExactly(0L);
    }

    @Test
    void leadersOwnAppendLeavesNoGap() {
        gapped(0, 3);
        assertThat(log.appendAsLeader(Batches.of(1, "x"), 0).baseOffset()).isEqualTo(7);
    }

    @Test
    void emptyBatchKeepsItsOffsets() {
        ByteBuffer header = Batches.empty(0, 0, 10);
        log.appendAsFollower(header);
        log.appendAsLeader(Batches.of(1, "x"), 0);
        assertThat(log.endOffset()).isEqualTo(11);
        assertThat(offsets(log)).containsExactly(10L);
        assertThat(log.offsetForTimestamp(0)).map(TimestampOffset::offset).contains(10L);
        PartitionLog crashed = open();
        assertThat(crashed.endOffset()).isEqualTo(11);
    }

    @Test
    void offsetsThatFallAreRefused() {
        gapped(0, 2);
        assertThatThrownBy(() -> log.appendAsFollower(Batches.stamped(Batches.of(1, "b"), 3, 0)))
                .isInstanceOf(AppendMismatchException.class);
    }

    /** As pushed from a compacted log: one record each at every third offset. */
    private void gapped(int from, int count) {
        for (int i = from; i < from + count; i++) {
            log.appendAsFollower(Batches.stamped(keyed("key-" + i), 3L * i, i / 20));
        }
    }

    /** A log of which compaction left every third offset and segments' ends, if closed; where the compacted part ends. */
    private long compacted() {
        for (int i = 0; i < 60; i++) {
            log.appendAsLeader(keyed(i % 3 == 0 ? "key-" + i : "again"), 0);
        }
        return compact();
    }

    private long compact() {
        long closedEnd = log.view().active().baseOffset();
        CleaningPlan plan = LogCleaner.plan(log, log.endOffset(), false, 0);
        CleaningReport report = new LogCleaner(log, plan, bytes -> true, 1 << 16).run(LogCleaner.remember(log), 0);
        assertThat(report.outcome()).isEqualTo(CleaningReport.Outcome.COMPLETE);
        return closedEnd;
    }

    private static ByteBuffer keyed(String key) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 10);
        ByteBuffer bytes = ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8));
        builder.add(1_000, bytes, bytes, List.of());
        return builder.build();
    }

    private static List<RecordBatch> batches(PartitionLog log) {
        List<RecordBatch> batches = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < log.endOffset()) {
            LogSlice slice = log.read(next, 300, Long.MAX_VALUE);
            RecordBatches.of(slice.bytes()).forEach(batches::add);
            next = slice.endOffset();
        }
        return batches;
    }

    /** Of all batches, which have one offset each. */
    private static TreeSet<Long> bases(PartitionLog log) {
        TreeSet<Long> bases = new TreeSet<>();
        batches(log).forEach(batch -> bases.add(batch.baseOffset()));
        return bases;
    }

    /** Of batches with records. */
    private static List<Long> offsets(PartitionLog log) {
        return batches(log).stream()
                .filter(batch -> batch.recordCount() > 0)
                .map(RecordBatch::baseOffset)
                .toList();
    }

    private PartitionLog open() {
        return PartitionLog.open(disk, "t-0", TOPIC, SMALL);
    }
}
