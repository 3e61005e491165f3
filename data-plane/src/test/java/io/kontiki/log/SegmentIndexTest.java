package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A closed segment and its index files, against what its batches say. */
class SegmentIndexTest {
    private static final long BASE = 1_000;
    private static final LogConfig CONFIG = LogConfig.defaults().withIndexIntervalBytes(200);
    private static final LogConfig ENTRY_PER_BATCH = CONFIG.withIndexIntervalBytes(0);

    @TempDir
    Path root;

    private FileDisk disk;
    private LogDirectory directory;
    private LogSegment segment;
    private final List<BatchHeader> batches = new ArrayList<>();
    private long endOffset = BASE;

    @BeforeEach
    void createDirectory() {
        disk = new FileDisk(root);
        disk.createDirectory("t-0");
        directory = new LogDirectory(disk, "t-0");
    }

    @AfterEach
    void closeSegment() {
        if (segment != null) {
            segment.close();
        }
    }

    @Test
    void anyFlippedBitOfAnIndexFileIsHarmless() throws IOException {
        closedSegment(60, CONFIG);
        for (String suffix : List.of(LogDirectory.OFFSET_INDEX, LogDirectory.TIME_INDEX)) {
            byte[] right = Files.readAllBytes(file(suffix));
            assertThat(right.length).isGreaterThan(100);
            for (int at = 0; at < right.length; at++) {
                for (int bit : new int[] {at % 8, (at + 3) % 8}) {
                    byte[] flipped = right.clone();
                    flipped[at] ^= (byte) (1 << bit);
                    Files.write(file(suffix), flipped);
                    reopen(CONFIG);
                    assertThat(batchesFound())
                            .as("byte %d, bit %d of %s", at, bit, suffix)
                            .isEqualTo(expectedBatches());
                    assertThat(timesFound())
                            .as("byte %d, bit %d of %s", at, bit, suffix)
                            .isEqualTo(expectedTimes());
                }
            }
            Files.write(file(suffix), right);
        }
    }

    @Test
    void indexFilesCutAnywhereOrMissingAreHarmless() throws IOException {
        closedSegment(60, CONFIG);
        for (String suffix : List.of(LogDirectory.OFFSET_INDEX, LogDirectory.TIME_INDEX)) {
            byte[] right = Files.readAllBytes(file(suffix));
            for (int size = 0; size < right.length; size++) {
                Files.write(file(suffix), Arrays.copyOf(right, size));
                reopen(CONFIG);
                assertThat(batchesFound()).as("%d bytes of %s", size, suffix).isEqualTo(expectedBatches());
                assertThat(timesFound()).as("%d bytes of %s", size, suffix).isEqualTo(expectedTimes());
            }
            Files.delete(file(suffix));
            reopen(CONFIG);
            assertThat(timesFound()).isEqualTo(expectedTimes());
            Files.write(file(suffix), right);
        }
    }

    @Test
    void wrongIndexIsWrittenAnewByTheNextCheckpoint() throws IOException {
        closedSegment(60, CONFIG);
        byte[] right = Files.readAllBytes(file(LogDirectory.OFFSET_INDEX));
        byte[] rightTimes = Files.readAllBytes(file(LogDirectory.TIME_INDEX));
        Files.write(file(LogDirectory.OFFSET_INDEX), new byte[right.length]);
        reopen(CONFIG);
        segment.persistIndexes();
        assertThat(Files.readAllBytes(file(LogDirectory.OFFSET_INDEX))).isEqualTo(new byte[right.length]);

        assertThat(batchesFound()).isEqualTo(expectedBatches());
        segment.persistIndexes();

        assertThat(Files.readAllBytes(file(LogDirectory.OFFSET_INDEX))).isEqualTo(right);
        assertThat(Files.readAllBytes(file(LogDirectory.TIME_INDEX))).isEqualTo(rightTimes);
        assertThat(batchesFound()).isEqualTo(expectedBatches());
    }

    @Test
    void lostPagesOfAMappedIndexAreHarmless() throws IOException {
        PartitionLog log = PartitionLog.open(disk, "l-0", new UUID(1, 2), ENTRY_PER_BATCH.withSegmentBytes(400_000));
        while (disk.list("l-0").stream().filter(name -> name.endsWith(".log")).count() < 2) {
            log.appendAsLeader(Batches.of(2_000 + log.endOffset(), "v"), 0);
        }
        log.flush();
        Path offsets = root.resolve("l-0/00000000000000000000.index");
        Path times = root.resolve("l-0/00000000000000000000.timeindex");
        assertThat(Files.size(offsets)).isGreaterThan(16 * 1024);
        assertThat(log.read(7, 1, Long.MAX_VALUE).startOffset()).isEqualTo(7);
        for (Path mapped : List.of(offsets, times)) {
            try (FileChannel index = FileChannel.open(mapped, StandardOpenOption.WRITE)) {
                index.truncate(0);
            }
        }
        int late = 0;
        for (long offset = 0; offset < log.endOffset(); ) {
            try {
                assertThat(log.read(offset, 1, Long.MAX_VALUE).startOffset()).isEqualTo(offset);
                assertThat(log.offsetForTimestamp(2_000 + offset))
                        .contains(new TimestampOffset(2_000 + offset, offset, 0));
                offset += 5;
            } catch (InternalError e) {
                // Compiled code may be told of a lost page when it has left the method that read it, and is back here.
                assertThat(e).hasMessageContaining("recent unsafe memory access");
                assertThat(++late).as("late errors").isLessThan(10);
            }
        }
        log.checkpoint();
        assertThat(Files.size(offsets)).isGreaterThan(16 * 1024);
        log.close();
    }

    @Test
    void openingTouchesNoFile() throws IOException {
        closedSegment(60, CONFIG);
        reopen(CONFIG);
        assertThat(disk.openFiles()).isZero();
        assertThat(segment.sizeInBytes()).isEqualTo((int) Files.size(file(LogDirectory.LOG)));
        assertThat(segment.maxTimestampMs())
                .isEqualTo(batches.stream()
                        .mapToLong(BatchHeader::maxTimestampMs)
                        .max()
                        .orElseThrow());
        assertThat(disk.openFiles()).isEqualTo(1);
    }

    @Test
    void readsAreBoundedByBytesAndOffset() throws IOException {
        closedSegment(60, CONFIG);
        int[] sizes = batches.stream().mapToInt(BatchHeader::sizeInBytes).toArray();
        for (int first = 0; first < batches.size(); first++) {
            for (int maxBytes : new int[] {0, 1, 100, 333, 1_000, 5_000, Integer.MAX_VALUE}) {
                int last = first;
                long size = sizes[first];
                while (last + 1 < batches.size() && size + sizes[last + 1] <= maxBytes) {
                    size += sizes[++last];
                }
                LogSlice slice = segment.reader()
                        .read(
                                batches.get(first).lastOffset(),
                                maxBytes,
                                Long.MAX_VALUE,
                                Long.MAX_VALUE,
                                false,
                                ReadMemory.NEW);
                assertThat(slice.startOffset()).isEqualTo(batches.get(first).baseOffset());
                assertThat(slice.endOffset()).isEqualTo(batches.get(last).nextOffset());
                assertThat(slice.sizeInBytes()).isEqualTo((int) size);
                assertThat(slice.bytes().capacity()).as("exactly what it holds").isEqualTo((int) size);
            }
            for (int bound = first; bound < batches.size(); bound += 7) {
                long to = batches.get(bound).lastOffset();
                LogSlice slice = segment.reader()
                        .read(
                                batches.get(first).baseOffset(),
                                Integer.MAX_VALUE,
                                to,
                                Long.MAX_VALUE,
                                false,
                                ReadMemory.NEW);
                assertThat(slice.endOffset())
                        .isEqualTo(
                                bound == first
                                        ? batches.get(first).baseOffset()
                                        : batches.get(bound - 1).nextOffset());
            }
        }
    }

    @Test
    void gapsAndEmptyBatchesAreReadOver() throws IOException {
        segment = LogSegment.open(directory, BASE, CONFIG);
        for (int i = 0; i < 40; i++) {
            ByteBuffer batch = Batches.of(2_000 + i, "a" + i, "b", "c");
            if (i % 4 == 1) {
                endOffset += 3;
            } else {
                append(i % 4 == 2 ? Batches.emptied(batch) : batch);
            }
        }
        close(CONFIG);
        assertThat(batchesFound()).isEqualTo(expectedBatches());
        // Offsets of a batch that is gone lead to the next one.
        assertThat(segment.reader()
                        .read(BASE + 4, 1, Long.MAX_VALUE, Long.MAX_VALUE, true, ReadMemory.NEW)
                        .startOffset())
                .isEqualTo(BASE + 6);
        assertThat(segment.reader().offsetForTimestamp(2_001, BASE, Long.MAX_VALUE))
                .contains(new TimestampOffset(2_003, BASE + 9, 0));
    }

    @Test
    void cutSegmentGrowsAgainWithTheIndexesItWouldHaveHad() throws IOException {
        closedSegment(60, CONFIG);
        byte[] offsets = Files.readAllBytes(file(LogDirectory.OFFSET_INDEX));
        byte[] times = Files.readAllBytes(file(LogDirectory.TIME_INDEX));
        byte[] all = Files.readAllBytes(file(LogDirectory.LOG));
        for (int kept = 0; kept < 60; kept++) {
            reopen(CONFIG);
            int position = batches.stream()
                    .limit(kept)
                    .mapToInt(BatchHeader::sizeInBytes)
                    .sum();
            segment.truncateTo(
                    position, kept == 0 ? BASE : batches.get(kept - 1).nextOffset());
            assertThat(Files.exists(file(LogDirectory.OFFSET_INDEX))).isFalse();
            for (BatchHeader batch : batches.subList(kept, 60)) {
                segment.file().append(ByteBuffer.wrap(all, position, batch.sizeInBytes()));
                segment.index(batch, position);
                position += batch.sizeInBytes();
            }
            segment.seal();
            segment.persistIndexes();
            assertThat(Files.readAllBytes(file(LogDirectory.OFFSET_INDEX))).isEqualTo(offsets);
            assertThat(Files.readAllBytes(file(LogDirectory.TIME_INDEX))).isEqualTo(times);
        }
    }

    @Test
    void damagedBatchesShowToWhoReadsThemOnly() throws IOException {
        closedSegment(60, CONFIG);
        byte[] all = Files.readAllBytes(file(LogDirectory.LOG));
        int position =
                batches.stream().limit(30).mapToInt(BatchHeader::sizeInBytes).sum();
        all[position + 16] = 77;
        Files.write(file(LogDirectory.LOG), all);
        Files.delete(file(LogDirectory.OFFSET_INDEX));
        reopen(CONFIG);
        assertThat(segment.reader()
                        .read(BASE, 1, Long.MAX_VALUE, Long.MAX_VALUE, false, ReadMemory.NEW)
                        .startOffset())
                .isEqualTo(BASE);
        assertThat(segment.reader()
                        .read(batches.get(29).baseOffset(), 1, Long.MAX_VALUE, Long.MAX_VALUE, false, ReadMemory.NEW)
                        .isEmpty())
                .isFalse();
        assertThatThrownBy(() -> segment.reader()
                        .read(batches.get(30).baseOffset(), 1, Long.MAX_VALUE, Long.MAX_VALUE, false, ReadMemory.NEW))
                .isInstanceOf(InvalidBatchException.class);
    }

    /** One to three records each, timestamps that rise, fall and repeat. */
    private void closedSegment(int count, LogConfig config) throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        segment = LogSegment.open(directory, BASE, config);
        for (int i = 0; i < count; i++) {
            String[] values = new String[1 + random.nextInt(3)];
            Arrays.fill(values, "v" + i);
            append(Batches.of(2_000 + i / 3 * 3 - (random.nextInt(5) == 0 ? 40 : 0), values));
        }
        close(config);
    }

    private void append(ByteBuffer batch) {
        Batches.stamped(batch, endOffset, 0);
        BatchHeader header = BatchHeader.at(batch, 0);
        int position = segment.sizeInBytes();
        segment.file().append(batch.duplicate());
        segment.index(header, position);
        batches.add(header);
        endOffset = header.nextOffset();
    }

    private void close(LogConfig config) {
        segment.seal();
        segment.file().force();
        segment.persistIndexes();
        reopen(config);
    }

    private void reopen(LogConfig config) {
        segment.close();
        segment = LogSegment.open(directory, BASE, config);
        segment.sealAt(endOffset);
    }

    private Path file(String suffix) {
        return root.resolve(directory.file(BASE, suffix));
    }

    private List<Long> batchesFound() {
        return batches.stream()
                .map(batch -> segment.reader()
                        .read(batch.lastOffset(), 1, Long.MAX_VALUE, Long.MAX_VALUE, true, ReadMemory.NEW)
                        .startOffset())
                .toList();
    }

    private List<Long> expectedBatches() {
        return batches.stream().map(BatchHeader::baseOffset).toList();
    }

    private List<Optional<TimestampOffset>> timesFound() {
        List<Optional<TimestampOffset>> found = new ArrayList<>();
        for (long time = 1_950; time < 2_070; time += 2) {
            found.add(segment.reader().offsetForTimestamp(time, BASE, Long.MAX_VALUE));
        }
        return found;
    }

    private List<Optional<TimestampOffset>> expectedTimes() {
        List<Optional<TimestampOffset>> expected = new ArrayList<>();
        for (long time = 1_950; time < 2_070; time += 2) {
            expected.add(expectedAt(time));
        }
        return expected;
    }

    private Optional<TimestampOffset> expectedAt(long time) {
        return batches.stream()
                .filter(batch -> batch.maxTimestampMs() >= time)
                .findFirst()
                .map(batch -> new TimestampOffset(batch.maxTimestampMs(), batch.baseOffset(), 0));
    }
}
