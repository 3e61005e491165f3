package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRecoveryTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL = LogConfig.defaults()
            .withSegmentBytes(1024)
            .withIndexIntervalBytes(200)
            .withMaxProducerIds(100);
    private static final String FIRST = "t-0/00000000000000000000.log";

    @TempDir
    Path root;

    private Disk disk;

    @BeforeEach
    void createDisk() {
        disk = new FileDisk(root);
    }

    @Test
    void tailTornAtAnyByteIsCutToTheLastWholeBatch() throws IOException {
        PartitionLog log = open();
        log.appendAsLeader(Batches.of(1, "a"), 0);
        log.flush();
        log.checkpoint();
        long whole = Files.size(root.resolve(FIRST));
        log.appendAsLeader(Batches.ofProducer(7, 0, 0, "b", "c"), 1);
        byte[] all = Files.readAllBytes(root.resolve(FIRST));
        for (int size = (int) whole; size < all.length; size++) {
            Files.write(root.resolve(FIRST), Arrays.copyOf(all, size));
            PartitionLog torn = open();
            assertThat(torn.endOffset()).isEqualTo(1);
            assertThat(torn.recovery().cutBytes()).isEqualTo(size - whole);
            assertThat(torn.epochs().entries()).containsExactly(new EpochEntry(0, 0));
            assertThat(torn.producers().size()).isZero();
            torn.delete();
            rewrite(all, whole);
        }
    }

    /** Puts the log back to what it was before the torn append, with nothing but the recovery point to lean on. */
    private void rewrite(byte[] all, long whole) throws IOException {
        PartitionLog log = open();
        log.appendAsFollower(ByteBuffer.wrap(all, 0, (int) whole));
        log.close();
    }

    @Test
    void anyFlippedByteOfTheTailIsFound() throws IOException {
        PartitionLog log = open();
        log.appendAsLeader(Batches.of(1, "a"), 0);
        log.flush();
        log.checkpoint();
        int whole = (int) Files.size(root.resolve(FIRST));
        log.appendAsLeader(Batches.of(1, "b"), 1);
        byte[] all = Files.readAllBytes(root.resolve(FIRST));
        // The epoch's four bytes are the leader's stamp, which no checksum covers; a higher epoch there is no
        // contradiction.
        for (int i = whole; i < all.length; i++) {
            if (i >= whole + 12 && i < whole + 16) {
                continue;
            }
            byte[] flipped = all.clone();
            flipped[i] ^= 0x10;
            Files.write(root.resolve(FIRST), flipped);
            LogDirectory files = new LogDirectory(disk, "t-0");
            LogRecovery.Recovered recovered = new LogRecovery(
                            files, new LogCheckpoints(files), SMALL, Optional.empty(), RecoveryListener.NONE)
                    .run();
            assertThat(recovered.view().endOffset()).as("byte " + i).isEqualTo(1);
            recovered.view().active().close();
        }
    }

    @Test
    void garbageAndZerosBehindTheLastBatchAreCut() throws IOException {
        for (byte filler : new byte[] {0, 0x55, -1}) {
            PartitionLog log = open();
            log.appendAsLeader(Batches.of(1, "a"), 0);
            log.close();
            byte[] junk = new byte[5000];
            Arrays.fill(junk, filler);
            try (DiskFile file = disk.open(FIRST)) {
                file.append(ByteBuffer.wrap(junk));
            }
            PartitionLog again = open();
            assertThat(again.endOffset()).isEqualTo(1);
            assertThat(again.recovery().cutBytes()).isEqualTo(5000);
            again.delete();
        }
    }

    @Test
    void leftoversOfAnOlderEpochBehindNewerBatchesAreCut() {
        PartitionLog log = open();
        log.appendAsLeader(Batches.of(1, "a"), 5);
        log.close();
        try (DiskFile file = disk.open(FIRST)) {
            file.append(Batches.stamped(Batches.of(1, "old"), 1, 4));
        }
        log = open();
        assertThat(log.endOffset()).isEqualTo(1);
        assertThat(log.recovery().hasCut()).isTrue();
        log.close();
    }

    @Test
    void segmentsBehindACutAreDropped() {
        PartitionLog log = open();
        fill(log, 80);
        log.flush();
        LogCheckpoints checkpoints = new LogCheckpoints(new LogDirectory(disk, "t-0"));
        log.close();
        checkpoints.writeOffsets(OffsetCheckpoint.OF_NEW_LOG);
        String third = segments().get(2);
        flip("t-0/" + third, 100);
        log = open();
        long thirdBase = Long.parseLong(third.substring(0, 20));
        assertThat(log.endOffset()).isBetween(thirdBase, thirdBase + 3);
        assertThat(log.recovery().droppedSegments()).isPositive();
        assertThat(segments()).endsWith(third);
        log.close();
    }

    @Test
    void damageBelowTheRecoveryPointIsReportedAndChangesNothing() {
        PartitionLog log = open();
        fill(log, 40);
        log.close();
        String last = segments().get(segments().size() - 1);
        flip("t-0/" + last, 65);
        byte[] before = disk.readSmall("t-0/" + last, 10_000);

        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining(last + " is damaged at byte 0")
                .hasMessageContaining("recovery point 40")
                .hasMessageContaining("checksum");
        assertThat(disk.readSmall("t-0/" + last, 10_000)).isEqualTo(before);
    }

    @Test
    void damageSetAsideLeavesTheSoundPrefixAndTheBytes() {
        PartitionLog log = open();
        fill(log, 40);
        log.close();
        String damaged = segments().get(1);
        String behind = segments().get(2);
        disk.delete("t-0/" + behind.replace(".log", ".index"));
        flip("t-0/" + damaged, 16);
        byte[] bytes = disk.readSmall("t-0/" + damaged, 10_000);
        // Cut short, a closed segment is noticed without reading it all.
        try (DiskFile file = disk.open("t-0/" + damaged)) {
            file.truncate(bytes.length - 1);
        }
        DamagedLogException damage = catchDamage();
        new ClosedLog(disk, "t-0").setDamageAside(damage);

        log = open();
        assertThat(log.endOffset()).isEqualTo(damage.offset()).isEqualTo(Long.parseLong(damaged.substring(0, 20)));
        assertThat(disk.exists("t-0/" + damaged + ".damaged")).isTrue();
        assertThat(disk.exists("t-0/" + behind + ".damaged")).isTrue();
        log.appendAsLeader(Batches.of(1, "x"), 99);
        log.close();
        open().close();
    }

    /** Found by the power-cut simulation with seed 2345. */
    @Test
    void indexesOfAnEarlierCloseAreNotTrusted() {
        open().close();
        PartitionLog log = open();
        fill(log, 14);
        log.flush();
        log.checkpoint();
        fill(log, 1);
        assertThat(segments()).hasSize(2);
        log = open();
        assertThat(log.offsetForTimestamp(1000)).contains(new TimestampOffset(1000, 0, 0));
        log.close();
    }

    @Test
    void vanishedSegmentsAreDamage() {
        PartitionLog log = open();
        fill(log, 40);
        log.close();
        List<String> segments = segments();
        disk.delete("t-0/" + segments.get(segments.size() - 1));
        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("the log ends there");
        for (String segment : segments()) {
            disk.delete("t-0/" + segment);
        }
        assertThatThrownBy(this::open).isInstanceOf(DamagedLogException.class);
        assertThat(segments()).isEmpty();
    }

    @Test
    void segmentsOfAnUnknownTopicAreRefused() {
        PartitionLog log = open();
        log.close();
        disk.delete("t-0/partition.metadata");
        assertThatThrownBy(this::open)
                .isInstanceOf(ForeignLogException.class)
                .hasMessageContaining("no readable topic id");
    }

    @Test
    void checkpointFilesHaveKafkasFormat() {
        PartitionLog log = open();
        log.appendAsLeader(Batches.of(1, "a"), 3);
        log.appendAsLeader(Batches.of(1, "b"), 8);
        log.close();
        assertThat(new String(disk.readSmall("t-0/leader-epoch-checkpoint", 100), StandardCharsets.UTF_8))
                .isEqualTo("0\n2\n3 0\n8 1\n");
        assertThat(new String(disk.readSmall("t-0/partition.metadata", 100), StandardCharsets.UTF_8))
                .isEqualTo("version: 0\ntopic_id: AAAAAAAAAAEAAAAAAAAAAg");
    }

    @Test
    void indexEntriesNameTheLastOffsetAndThePosition() {
        PartitionLog log = open();
        fill(log, 8);
        log.close();
        int batchBytes = Batches.of(1000, "v0").remaining();
        ByteBuffer offsets = ByteBuffer.wrap(disk.readSmall("t-0/00000000000000000000.index", 1000));
        ByteBuffer times = ByteBuffer.wrap(disk.readSmall("t-0/00000000000000000000.timeindex", 1000));
        // An entry for the first batch that follows more than 200 bytes of others.
        int batch = 200 / batchBytes + 1;
        assertThat(offsets.getInt()).isEqualTo(batch);
        assertThat(offsets.getInt()).isEqualTo(batch * batchBytes);
        assertThat(times.getLong()).isEqualTo(1000 + batch);
        assertThat(times.getInt()).isEqualTo(batch);
    }

    /** Rule R8: Kafka's format of this file has no checksum, and a wrong start of an epoch would cut the wrong records. */
    @Test
    void anyFlippedDigitOfTheEpochsIsFound() {
        PartitionLog log = open();
        fill(log, 60);
        log.close();
        LeaderEpochIndex epochs = log.epochs();
        byte[] sound = disk.readSmall("t-0/leader-epoch-checkpoint", 1000);
        for (int i = 0; i < sound.length; i++) {
            byte[] flipped = sound.clone();
            flipped[i] ^= 1;
            disk.writeAtomically("t-0/leader-epoch-checkpoint", flipped);
            log = open();
            assertThat(log.epochs()).as("byte " + i).isEqualTo(epochs);
            log.close();
        }
    }

    @Test
    void anyFlippedByteOfTheOffsetsCostsAScanAndNoRecord() {
        PartitionLog log = open();
        fill(log, 60);
        log.noteHighWatermark(50);
        log.close();
        byte[] sound = disk.readSmall("t-0/offset-checkpoint", 1000);
        for (int i = 0; i < sound.length - 1; i++) {
            byte[] flipped = sound.clone();
            flipped[i] ^= 1;
            disk.writeAtomically("t-0/offset-checkpoint", flipped);
            log = open();
            assertThat(log.endOffset()).as("byte " + i).isEqualTo(60);
            assertThat(log.recovery().scannedBytes()).isEqualTo(log.sizeInBytes());
            assertThat(log.highWatermarkHint()).isZero();
            log.close();
            disk.writeAtomically("t-0/offset-checkpoint", sound);
        }
    }

    @Test
    void lengthFieldCannotMakeRecoveryTakeMemory() throws IOException {
        PartitionLog log = open();
        log.appendAsLeader(Batches.of(1, "a"), 0);
        log.close();
        try (RandomAccessFile file = new RandomAccessFile(root.resolve(FIRST).toFile(), "rw")) {
            long end = file.length();
            file.seek(end);
            file.write(Batches.stamped(Batches.of(1, "b"), 1, 0).array(), 0, 61);
            file.seek(end + 8);
            file.writeInt(1 << 30);
            // Sparse: the file has room for what the length says.
            file.setLength(end + 12 + (1 << 30));
        }
        log = open();
        assertThat(log.endOffset()).isEqualTo(1);
        assertThat(log.recovery().cutBytes()).isEqualTo(12 + (1 << 30));
        log.close();
    }

    @Test
    void batchBiggerThanWhatIsReadAtOnceIsVerified() throws IOException {
        PartitionLog log = open();
        log.appendAsLeader(Batches.of(1, "x".repeat(3 << 20)), 0);
        log.appendAsLeader(Batches.of(1, "b"), 0);
        log.close();
        OffsetCheckpoint nothingNoted = OffsetCheckpoint.OF_NEW_LOG;
        LogCheckpoints checkpoints = new LogCheckpoints(new LogDirectory(disk, "t-0"));
        checkpoints.writeOffsets(nothingNoted);
        log = open();
        assertThat(log.endOffset()).isEqualTo(2);
        assertThat(log.recovery().scannedBytes()).isEqualTo(log.sizeInBytes());
        log.close();
        try (RandomAccessFile file = new RandomAccessFile(root.resolve(FIRST).toFile(), "rw")) {
            file.seek((3 << 20) - 5);
            file.write('y');
        }
        checkpoints.writeOffsets(nothingNoted);
        assertThat(open().endOffset()).isZero();
    }

    /** Found by crash enumeration. */
    @Test
    void indexesWithoutTheirSegmentAreDeleted() {
        PartitionLog log = open();
        fill(log, 3);
        log.flush();
        disk.writeAtomically("t-0/00000000000000000777.index", new byte[8]);
        disk.writeAtomically("t-0/00000000000000000777.timeindex", new byte[12]);
        disk.writeAtomically("t-0/00000000000000000777.snapshot", new byte[12]);
        open();
        assertThat(disk.list("t-0")).noneMatch(name -> name.contains("777"));
    }

    private PartitionLog open() {
        return PartitionLog.open(disk, "t-0", TOPIC, SMALL);
    }

    private static void fill(PartitionLog log, int batches) {
        for (int i = 0; i < batches; i++) {
            log.appendAsLeader(
                    Batches.of(1000 + i, "v" + i),
                    Math.max(i / 10, log.epochs().latestEpoch().orElse(0)));
        }
    }

    private List<String> segments() {
        return disk.list("t-0").stream().filter(name -> name.endsWith(".log")).toList();
    }

    private DamagedLogException catchDamage() {
        try {
            open().close();
        } catch (DamagedLogException damage) {
            return damage;
        }
        throw new AssertionError("no damage found");
    }

    private void flip(String path, int position) {
        byte[] bytes = disk.readSmall(path, 10_000);
        bytes[position] ^= 1;
        disk.writeAtomically(path, bytes);
    }
}
