package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Offsets that compaction took away: between batches, but never at a segment's end. */
class LogGapsTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL =
            LogConfig.defaults().withSegmentBytes(1024).withIndexIntervalBytes(200);

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
    void followerTakesBatchesWithGaps() {
        gapped(0, 60);
        assertThat(offsets(log)).hasSize(60).startsWith(0L, 3L, 6L).endsWith(177L);
        assertThat(log.endOffset()).isEqualTo(178);
        log.close();
        log = open();
        assertThat(offsets(log)).hasSize(60);
        assertThat(log.recovery().hasCut()).isFalse();
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

    /** Found by crash enumeration (seed 269): where a sector ends behind a base offset, it is lost alone. */
    @Test
    void tornBaseOffsetIsNoGap() {
        gapped(0, 3);
        log.close();
        ByteBuffer torn = Batches.stamped(Batches.of(1003, "v3"), 1L << 58, 0);
        try (DiskFile file = disk.open("t-0/00000000000000000000.log")) {
            file.append(torn);
        }
        log = open();
        assertThat(log.recovery().cutBytes()).isEqualTo(torn.limit());
        assertThat(log.endOffset()).isEqualTo(7);
    }

    @Test
    void offsetInAGapLeadsToTheNextBatch() {
        gapped(0, 60);
        for (long offset = 1; offset < 178; offset++) {
            assertThat(log.read(offset, 1, Long.MAX_VALUE).startOffset()).isEqualTo((offset + 2) / 3 * 3);
        }
    }

    @Test
    void truncationIntoAGapEndsBehindTheBatchBefore() {
        gapped(0, 60);
        log.flush();
        log.truncateTo(50);
        assertThat(log.endOffset()).isEqualTo(49);
        log.truncateTo(45);
        assertThat(log.endOffset()).isEqualTo(43);
        PartitionLog crashed = open();
        assertThat(crashed.endOffset()).isEqualTo(43);
        assertThat(offsets(crashed)).hasSize(15).endsWith(42L);
        for (long offset = 0; offset <= 43; offset++) {
            crashed.truncateTo(Math.min(43 - offset, crashed.endOffset()));
            long end = crashed.endOffset();
            crashed.close();
            crashed = open();
            assertThat(crashed.endOffset()).isEqualTo(end);
        }
    }

    /** The first gap is noted, or a crash would take it for a wrong base offset, which no checksum covers. */
    @Test
    void gapIsNotedBeforeItIsThere() {
        List<String> order = new ArrayList<>();
        disk.before((verb, path) -> {
            if (verb.equals("rename") || verb.equals("append") && path.endsWith(".log")) {
                order.add(path);
            }
        });
        log.appendAsFollower(Batches.stamped(Batches.of(1, "a"), 0, 0));
        log.appendAsFollower(Batches.stamped(Batches.of(1, "b"), 5, 0));
        log.appendAsFollower(Batches.stamped(Batches.of(1, "c"), 9, 0));
        String segment = "t-0/00000000000000000000.log";
        assertThat(order).containsExactly(segment, "t-0/offset-checkpoint.tmp", segment, segment);
        disk.unwatched();
        assertThat(offsets(open())).containsExactly(0L, 5L, 9L);
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
        assertThat(offsets(log)).containsExactly(0L, 10L);
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

    /** One record each at every third offset. */
    private void gapped(int from, int count) {
        for (int i = from; i < from + count; i++) {
            log.appendAsFollower(Batches.stamped(Batches.of(1000 + i, "v" + i), 3L * i, i / 20));
        }
    }

    private static List<Long> offsets(PartitionLog log) {
        List<Long> offsets = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < log.endOffset()) {
            LogSlice slice = log.read(next, 300, Long.MAX_VALUE);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                offsets.add(batch.baseOffset());
            }
            next = slice.endOffset();
        }
        return offsets;
    }

    private PartitionLog open() {
        return PartitionLog.open(disk, "t-0", TOPIC, SMALL);
    }
}
