package io.kontiki.simulation.log;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kontiki.log.DamagedLogException;
import io.kontiki.log.ForeignLogException;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.simulation.MemoryDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes in place of one of a log's files. Opening gives a log, or one of the documented exceptions; a log that is given
 * can be read. A cache never changes an answer.
 */
class LogFilesFuzzTest {
    private static final List<String> TEXTS =
            List.of("leader-epoch-checkpoint", "partition.metadata", "offset-checkpoint", "cleaner-checkpoint");

    private static final int SNAPSHOT_CRC_AT = 6;
    private static final int SNAPSHOT_BODY_AT = 10;
    private static final SampleLog SAMPLE = new SampleLog();

    static Stream<byte[]> segments() {
        List<String> segments = SAMPLE.files(".log");
        return Stream.of(0, segments.size() - 1)
                .flatMap(i -> Stream.of(i == 0 ? 0 : 1, i == 0 ? 2 : 3)
                        .map(choice -> prefixed(choice, SAMPLE.content(segments.get(i)))));
    }

    @MethodSource("segments")
    @FuzzTest
    void segment(byte[] data) {
        if (data.length == 0) {
            return;
        }
        boolean isLast = (data[0] & 1) == 1;
        byte[] content = FuzzedBatches.withRightChecksums(rest(data)).array();
        List<String> segments = SAMPLE.files(".log");
        MemoryDisk disk = SAMPLE.diskWith(segments.get(isLast ? segments.size() - 1 : 0), content);
        try {
            if ((data[0] & 2) != 0) {
                disk.delete(SampleLog.path("offset-checkpoint"));
            }
            LogChecks.readAll(SAMPLE.open(disk), new SplittableRandom(1));
        } catch (DamagedLogException | InvalidBatchException documented) {
            // That is the answer.
        }
    }

    static Stream<byte[]> indexes() {
        List<String> indexes = SAMPLE.files("index");
        return IntStream.range(0, indexes.size()).mapToObj(i -> prefixed(i, SAMPLE.content(indexes.get(i))));
    }

    @MethodSource("indexes")
    @FuzzTest
    void index(byte[] data) {
        if (data.length > 0) {
            List<String> indexes = SAMPLE.files("index");
            requireSameAnswers(SAMPLE.diskWith(indexes.get((data[0] & 0xFF) % indexes.size()), rest(data)));
        }
    }

    static Stream<byte[]> snapshots() {
        List<String> snapshots = SAMPLE.files(".snapshot");
        return IntStream.range(0, snapshots.size()).mapToObj(i -> prefixed(i, SAMPLE.content(snapshots.get(i))));
    }

    @MethodSource("snapshots")
    @FuzzTest
    void snapshot(byte[] data) {
        if (data.length == 0) {
            return;
        }
        List<String> snapshots = SAMPLE.files(".snapshot");
        String path = snapshots.get((data[0] & 0xFF) % snapshots.size());
        byte[] content = withRightSnapshotChecksum(rest(data));
        MemoryDisk disk = SAMPLE.diskWith(path, content);
        // A sound one would be taken instead.
        snapshots.stream().filter(other -> !other.equals(path)).forEach(disk::delete);
        PartitionLog log = SAMPLE.open(disk);
        LogChecks.require(
                LogChecks.readAll(log, new SplittableRandom(1)).equals(SAMPLE.batches()), "batches have changed");
        log.close();
        requireSameOnceTaken(SAMPLE.open(disk), SampleLog.offsetOf(path), ByteBuffer.wrap(content));
    }

    /** A leader sends a snapshot, too: it is refused, or taken for good. */
    private static void requireSameOnceTaken(PartitionLog log, long offset, ByteBuffer sent) {
        try {
            log.resetTo(offset, log.epochs(), sent);
        } catch (IllegalArgumentException documented) {
            return;
        }
        ByteBuffer taken = log.producerSnapshotAt(offset);
        log.resetTo(offset, log.epochs(), taken);
        LogChecks.require(log.producerSnapshotAt(offset).equals(taken), "what is known of producers has changed");
    }

    static Stream<byte[]> texts() {
        return IntStream.range(0, TEXTS.size())
                .mapToObj(i -> prefixed(i, SAMPLE.content(SampleLog.path(TEXTS.get(i)))));
    }

    @MethodSource("texts")
    @FuzzTest
    void text(byte[] data) {
        if (data.length == 0) {
            return;
        }
        String name = TEXTS.get((data[0] & 0x3F) % TEXTS.size());
        byte[] content = (data[0] & 0x80) == 0 ? rest(data) : withRightLastLine(rest(data), (data[0] & 0x40) != 0);
        try {
            PartitionLog log = SAMPLE.open(SAMPLE.diskWith(SampleLog.path(name), content));
            LogChecks.readAll(log, new SplittableRandom(1));
        } catch (DamagedLogException | ForeignLogException documented) {
            // That is the answer.
        }
    }

    private void requireSameAnswers(MemoryDisk disk) {
        PartitionLog log = SAMPLE.open(disk);
        LogChecks.require(
                LogChecks.readAll(log, new SplittableRandom(1)).equals(SAMPLE.batches()), "batches have changed");
        for (long time = 0; time < SAMPLE.endTime(); time += 3) {
            LogChecks.require(
                    log.offsetForTimestamp(time).equals(SAMPLE.offsetForTimestamp(time)),
                    "time %d is found at %s",
                    time,
                    log.offsetForTimestamp(time));
        }
    }

    private static byte[] prefixed(int choice, byte[] content) {
        return ByteBuffer.allocate(1 + content.length)
                .put((byte) choice)
                .put(content)
                .array();
    }

    private static byte[] withRightSnapshotChecksum(byte[] data) {
        if (data.length < SNAPSHOT_BODY_AT) {
            return data;
        }
        byte[] sound = data.clone();
        CRC32C crc = new CRC32C();
        crc.update(sound, SNAPSHOT_BODY_AT, sound.length - SNAPSHOT_BODY_AT);
        ByteBuffer.wrap(sound).putInt(SNAPSHOT_CRC_AT, (int) crc.getValue());
        return sound;
    }

    /** Between version and checksum, which covers the line end before it or not. */
    private static byte[] withRightLastLine(byte[] lines, boolean coversLineEnd) {
        CRC32C crc = new CRC32C();
        crc.update(lines);
        if (coversLineEnd) {
            crc.update('\n');
        }
        String text = new String(lines, StandardCharsets.ISO_8859_1);
        return ("0\n" + text + "\n" + Long.toHexString(crc.getValue()) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] rest(byte[] data) {
        return Arrays.copyOfRange(data, 1, data.length);
    }
}
