package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.ForwardingDisk;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is copied when. */
class LogCopyTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig CONFIG = LogConfig.defaults()
            .withSegmentBytes(64 * 1024)
            .withIndexIntervalBytes(500)
            .withCompaction(new LogConfig.Compaction(true, 0, 0, Long.MAX_VALUE, 1));
    private static final int VALUE_BYTES = 1_000;
    private static final int PRODUCERS = 200;

    @TempDir
    Path root;

    /** Counts what is written to the new disk. */
    private final class CountingDisk extends ForwardingDisk {
        CountingDisk(Disk disk) {
            super(disk);
        }

        @Override
        public DiskFile open(String path) {
            return new ForwardingFile(super.open(path)) {
                @Override
                public void append(ByteBuffer... buffers) {
                    for (ByteBuffer buffer : buffers) {
                        written += buffer.remaining();
                    }
                    super.append(buffers);
                }
            };
        }
    }

    private long written;
    private Disk target;
    private PartitionLog log;
    private int next;

    @BeforeEach
    void fill() throws IOException {
        target = new CountingDisk(disk("d2"));
        log = PartitionLog.open(disk("d1"), "t-0", TOPIC, CONFIG);
        append(500);
    }

    private Disk disk(String name) throws IOException {
        return new FileDisk(Files.createDirectories(root.resolve(name)));
    }

    /** By many producers, each of which a snapshot remembers; few keys, most of which compaction can drop. */
    private void append(int count) {
        for (int i = 0; i < count; i++, next++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
            builder.add(1_000 + next, bytes("k" + next % 3), bytes("x".repeat(VALUE_BYTES)), List.of());
            log.appendAsLeader(builder.build(next % PRODUCERS, (short) 0, next / PRODUCERS), 3);
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @return bytes that were copied once nobody could append */
    private long handOver(LogCopy copy) {
        log.finish();
        long before = written;
        copy.finish();
        long last = written - before;
        copy.publish();
        log.close();
        return last;
    }

    private static List<Long> offsets(PartitionLog log) {
        List<Long> offsets = new ArrayList<>();
        for (long at = 0; at < log.endOffset(); ) {
            LogSlice slice = log.read(at, 1, Long.MAX_VALUE);
            offsets.add(slice.startOffset());
            at = slice.endOffset();
        }
        return offsets;
    }

    private void compact() {
        CleaningPlan plan = LogCleaner.plan(log, log.endOffset(), true, 1_000_000);
        new LogCleaner(log, plan, bytes -> true, 24 * 100).run(LogCleaner.remember(log), 1_000_000);
    }

    private List<String> files(String path) throws IOException {
        try (var files = Files.list(root.resolve(path))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Many snapshots, and what was set aside as damaged: the loop must not stand still for them. */
    @Test
    void finishingCopiesOnlyWhatWasWrittenSince() throws IOException {
        Files.write(root.resolve("d1/t-0/00000000000000000007.log.damaged"), new byte[8 << 20]);
        LogCopy copy = new LogCopy(log, target);
        copy.catchUp(bytes -> true);
        assertThat(written).isGreaterThan((8L << 20) + 500 * VALUE_BYTES);
        assertThat(copy.missingBytes()).isZero();
        append(3);
        assertThat(copy.missingBytes()).isBetween(3L * VALUE_BYTES, 3L * VALUE_BYTES + 500);

        long last = handOver(copy);

        // The rest of the growing segment and its index; the producers, of whom each has at most 135 bytes;
        // checkpoints.
        assertThat(last).isBetween(3L * VALUE_BYTES, 3L * VALUE_BYTES + PRODUCERS * 135L + 8_000);
        assertThatTheCopyIsExact();
    }

    private void assertThatTheCopyIsExact() throws IOException {
        String old = "d1/t-0." + TOPIC + LogCopy.MOVED_SUFFIX;
        assertThat(files("d2/t-0")).containsExactlyElementsOf(files(old));
        for (String name : files(old)) {
            assertThat(root.resolve("d2/t-0").resolve(name))
                    .hasSameBinaryContentAs(root.resolve(old).resolve(name));
        }
    }

    @Test
    void segmentsThatWereBegunSinceCountWithTheirIndexesAndProducers() {
        LogCopy copy = new LogCopy(log, target);
        copy.catchUp(bytes -> true);
        long before = written;
        append(300);
        long missing = copy.missingBytes();
        copy.catchUp(bytes -> true);
        assertThat(written - before).isBetween(300L * VALUE_BYTES, missing);
        assertThat(copy.missingBytes()).isZero();
    }

    @Test
    void whatCompactionExchangedIsCopiedAgainAndWhatItTookIsNotThere() throws IOException {
        LogCopy copy = new LogCopy(log, target);
        copy.catchUp(bytes -> true);
        long before = log.sizeInBytes();
        compact();
        assertThat(log.sizeInBytes()).isLessThan(before / 2);
        assertThat(copy.missingBytes()).isGreaterThan(VALUE_BYTES);
        List<Long> offsets = offsets(log);
        handOver(copy);
        assertThatTheCopyIsExact();
        PartitionLog moved = copy.reopen(target);
        assertThat(offsets(moved)).isEqualTo(offsets);
        moved.close();
    }

    @Test
    void aCutMakesTheCopyBeginAnew() {
        LogCopy copy = new LogCopy(log, target);
        copy.catchUp(bytes -> true);
        log.truncateTo(100);
        next = 100;
        append(50);
        assertThat(copy.missingBytes()).isEqualTo(log.sizeInBytes());
        copy.catchUp(bytes -> true);
        handOver(copy);
        PartitionLog moved = copy.reopen(target);
        assertThat(moved.endOffset()).isEqualTo(150);
        moved.close();
    }

    @Test
    void everyChunkIsAskedFor() {
        LogCopy copy = new LogCopy(log, target);
        AtomicInteger asked = new AtomicInteger();
        copy.catchUp(bytes -> asked.addAndGet(bytes) > 0);
        assertThat(asked.get()).isEqualTo((int) copy.copiedBytes());
    }
}
