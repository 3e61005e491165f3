package io.kontiki.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.localcluster.FileTree;
import io.kontiki.log.AbortedTransaction;
import io.kontiki.log.ClosedLog;
import io.kontiki.log.DamagedLogException;
import io.kontiki.log.ForeignLogException;
import io.kontiki.log.LeaderEpochIndex;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One bit of one file of a log is wrong when it is opened: whatever comes back is what was appended, or an error. */
@TestInstance(Lifecycle.PER_CLASS)
class FlippedBitIT {
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final int FLIPS = Integer.getInteger("faults.flips", 40);
    private static final int RUNS = 4;
    private static final int BATCHES_PER_RUN = 60;
    private static final int BATCHES_PER_TRANSACTION = 6;
    private static final int PROBES = 20;
    private static final int EPOCH_AT = 12;

    /** A file of a log's directory, and what may come of a wrong bit in it. */
    enum Kind {
        ACTIVE_SEGMENT(Ending.SET_ASIDE),
        SEALED_SEGMENT(Ending.FOUND_BY_READER, Ending.SET_ASIDE),
        OFFSET_INDEX(Ending.WHOLE),
        TIME_INDEX(Ending.WHOLE),
        TRANSACTION_INDEX(Ending.WHOLE),
        PRODUCER_SNAPSHOT(Ending.WHOLE),
        LEADER_EPOCHS(Ending.WHOLE),
        OFFSET_CHECKPOINT(Ending.WHOLE),
        /** Base64 leaves four bits of the last character unused. */
        IDENTITY(Ending.FOREIGN, Ending.WHOLE);

        private final Set<Ending> allowed;

        Kind(Ending... allowed) {
            this.allowed = Set.of(allowed);
        }
    }

    /** How a flip ended. */
    enum Ending {
        /** Everything is there: the file was rebuilt, or the bit says nothing. */
        WHOLE,
        /** The log opened, and who reads the damaged batch finds out. */
        FOUND_BY_READER,
        /** The log did not open until the damage was set aside; everything before it is there. */
        SET_ASIDE,
        /** The log is no longer known as this topic's. */
        FOREIGN
    }

    private Path directory;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<Path> files = new ArrayList<>();
    private LeaderEpochIndex epochs;
    private List<AbortedTransaction> aborted;
    private long endOffset;

    @BeforeAll
    void writeLog(@TempDir Path empty) throws IOException {
        directory = empty;
        Path root = Files.createDirectory(directory.resolve("whole"));
        PartitionLog log = open(root);
        for (int run = 1; run <= RUNS; run++) {
            log.beginEpoch(run);
            for (int batch = 0; batch < BATCHES_PER_RUN; batch++) {
                log.appendAsLeader(NumberedBatches.at(log.endOffset(), run, random.nextInt(1, 15)), run);
                if (batch % BATCHES_PER_TRANSACTION == 0) {
                    log.appendAsLeader(NumberedBatches.inTransactionAt(log.endOffset(), run, 2), run);
                    log.appendAsLeader(NumberedBatches.abort(), run);
                }
            }
            log.flush();
        }
        endOffset = log.endOffset();
        epochs = log.epochs();
        aborted = log.abortedTransactions(0, endOffset);
        log.close();
        try (Stream<Path> entries = Files.list(root.resolve(LogProcess.DIRECTORY))) {
            entries.sorted().forEach(files::add);
        }
        assertThat(files).filteredOn(file -> name(file).endsWith(".log")).hasSizeGreaterThan(3);
    }

    @ParameterizedTest
    @EnumSource
    void flippedBitIsNeverServed(Kind kind) throws IOException {
        List<Path> victims = files.stream().filter(file -> kindOf(file) == kind).toList();
        assertThat(victims).as("files of kind %s", kind).isNotEmpty();
        Map<Ending, Integer> endings = new EnumMap<>(Ending.class);
        for (int flip = 0; flip < FLIPS; flip++) {
            Path victim = victims.get(random.nextInt(victims.size()));
            int bit = drawBit(victim, kind);
            Path root = Files.createTempDirectory(directory, "flipped");
            copyWithFlip(root, victim, bit);
            try {
                endings.merge(endingOf(root), 1, Integer::sum);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "byte " + bit / 8 + " bit " + bit % 8 + " of " + name(victim) + "; -Dfaults.seed=" + SEED, e);
            }
            FileTree.delete(root);
        }
        assertThat(kind.allowed).as("-Dfaults.seed=%s", SEED).containsAll(endings.keySet());
        System.out.println(FLIPS + " flipped bits, " + kind + ": " + endings);
    }

    /**
     * Any bit, but of a batch's leader epoch: Kafka's format leaves it out of the checksum, so that a leader may stamp it.
     * A flip there changes no record, and only one that lets epochs fall is found.
     */
    private int drawBit(Path victim, Kind kind) throws IOException {
        byte[] bytes = Files.readAllBytes(victim);
        while (true) {
            int bit = random.nextInt(8 * bytes.length);
            boolean segment = kind == Kind.ACTIVE_SEGMENT || kind == Kind.SEALED_SEGMENT;
            if (!segment || !isLeaderEpoch(ByteBuffer.wrap(bytes), bit / 8)) {
                return bit;
            }
        }
    }

    private static boolean isLeaderEpoch(ByteBuffer segment, int position) {
        int begin = 0;
        for (RecordBatch batch : RecordBatches.of(segment)) {
            if (position < begin + batch.sizeInBytes()) {
                break;
            }
            begin += batch.sizeInBytes();
        }
        return position - begin >= EPOCH_AT && position - begin < EPOCH_AT + Integer.BYTES;
    }

    private void copyWithFlip(Path root, Path victim, int bit) throws IOException {
        Path target = Files.createDirectory(root.resolve(LogProcess.DIRECTORY));
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            if (file.equals(victim)) {
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
            }
            Files.write(target.resolve(name(file)), bytes);
        }
    }

    private Ending endingOf(Path root) {
        try (PartitionLog log = open(root)) {
            assertThat(log.endOffset()).isEqualTo(endOffset);
            assertThat(log.epochs()).isEqualTo(epochs);
            assertThat(log.abortedTransactions(0, endOffset)).isEqualTo(aborted);
            return readsRight(log) ? Ending.WHOLE : Ending.FOUND_BY_READER;
        } catch (ForeignLogException e) {
            return Ending.FOREIGN;
        } catch (DamagedLogException e) {
            new ClosedLog(new FileDisk(root), LogProcess.DIRECTORY).setDamageAside(e);
            try (PartitionLog rest = open(root)) {
                assertThat(rest.endOffset()).isEqualTo(e.offset());
                assertThat(rest.abortedTransactions(0, e.offset()))
                        .containsExactlyElementsOf(aborted.stream()
                                .filter(transaction -> transaction.lastOffset() < e.offset())
                                .toList());
                assertThat(readsRight(rest)).isTrue();
                return Ending.SET_ASIDE;
            }
        }
    }

    /** Whether all can be read; false if a reader is told of damage, or sees it by a checksum. */
    private boolean readsRight(PartitionLog log) {
        boolean right = true;
        for (int probe = 0; probe <= PROBES && log.endOffset() > 0; probe++) {
            long offset = probe == 0 ? 0 : random.nextLong(log.endOffset());
            try {
                right &= readsRight(log, offset, probe == 0 ? log.endOffset() : offset + 1);
                if (right && !isMarker(log, offset)) {
                    // Its time is a record's offset.
                    assertThat(log.offsetForTimestamp(offset))
                            .hasValueSatisfying(
                                    found -> assertThat(found.offset()).isEqualTo(offset));
                }
            } catch (StorageException | InvalidBatchException e) {
                right = false;
            }
        }
        return right;
    }

    private static boolean isMarker(PartitionLog log, long offset) {
        return RecordBatch.at(log.read(offset, 1, Long.MAX_VALUE).bytes(), 0).isControl();
    }

    private static boolean readsRight(PartitionLog log, long fromOffset, long toOffset) {
        long offset = fromOffset;
        while (offset < toOffset) {
            LogSlice slice = log.read(offset, 1 << 20, Long.MAX_VALUE);
            assertThat(slice.isEmpty()).as("no batch at offset %s", offset).isFalse();
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                if (!batch.hasValidChecksum()) {
                    return false;
                }
                assertThat(batch.baseOffset()).isLessThanOrEqualTo(offset);
                assertThat(batch.lastOffset()).isGreaterThanOrEqualTo(offset);
                assertThat(NumberedBatches.wrongIn(batch)).isEmpty();
                offset = batch.nextOffset();
            }
        }
        return true;
    }

    private static PartitionLog open(Path root) {
        return PartitionLog.open(new FileDisk(root), LogProcess.DIRECTORY, LogProcess.TOPIC, LogProcess.CONFIG);
    }

    private Kind kindOf(Path file) {
        String name = name(file);
        if (name.endsWith(".log")) {
            boolean last = files.stream()
                    .noneMatch(
                            other -> name(other).endsWith(".log") && name(other).compareTo(name) > 0);
            return last ? Kind.ACTIVE_SEGMENT : Kind.SEALED_SEGMENT;
        }
        String suffix = name.substring(Math.max(0, name.lastIndexOf('.')));
        return switch (suffix) {
            case ".index" -> Kind.OFFSET_INDEX;
            case ".timeindex" -> Kind.TIME_INDEX;
            case ".txnindex" -> Kind.TRANSACTION_INDEX;
            case ".snapshot" -> Kind.PRODUCER_SNAPSHOT;
            case ".metadata" -> Kind.IDENTITY;
            default -> name.startsWith("leader-epoch") ? Kind.LEADER_EPOCHS : Kind.OFFSET_CHECKPOINT;
        };
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
