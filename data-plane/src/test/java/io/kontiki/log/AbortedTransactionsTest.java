package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.record.ControlRecords;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AbortedTransactionsTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL =
            LogConfig.defaults().withSegmentBytes(1024).withIndexIntervalBytes(200);
    private static final int PRODUCERS = 4;

    @TempDir
    Path root;

    private PartitionLog log;

    /** What happened, as a plain list: a batch of one record each. */
    private record Step(long producerId, ControlRecords.Type marker) {}

    private final List<Step> steps = new ArrayList<>();

    @BeforeEach
    void openLog() {
        log = PartitionLog.open(new FileDisk(root), "t-0", TOPIC, SMALL);
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void rangesOfAbortedTransactionsAreTold() {
        data(7);
        data(8);
        data(7);
        end(7, ControlRecords.Type.ABORT);
        end(8, ControlRecords.Type.COMMIT);
        end(9, ControlRecords.Type.ABORT);
        AbortedTransaction aborted = new AbortedTransaction(7, 0, 3, 1);
        assertThat(log.abortedTransactions(0, 6)).containsExactly(aborted);
        assertThat(log.abortedTransactions(3, 4)).containsExactly(aborted);
        assertThat(log.abortedTransactions(4, 6)).isEmpty();
        assertThat(log.abortedTransactions(2, 2)).isEmpty();
    }

    @Test
    void stableOffsetStaysBelowWhatIsNotDecidedOrMayBecomeUndecidedAgain() {
        data(7);
        data(8);
        end(7, ControlRecords.Type.ABORT);
        assertThat(log.lastStableOffset(1)).isZero();
        assertThat(log.lastStableOffset(2)).isZero();
        assertThat(log.lastStableOffset(3)).isEqualTo(1);
        end(8, ControlRecords.Type.COMMIT);
        assertThat(log.lastStableOffset(3)).isEqualTo(1);
        assertThat(log.lastStableOffset(4)).isEqualTo(4);
    }

    @Test
    void entriesAreKafkasWithAChecksumBehindThem() throws IOException {
        data(7);
        end(7, ControlRecords.Type.ABORT);
        log.close();
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(root.resolve("t-0/00000000000000000000.txnindex")));
        assertThat(file.limit()).isEqualTo(34 + 4);
        assertThat(file.getShort()).isZero();
        assertThat(file.getLong()).isEqualTo(7);
        assertThat(file.getLong()).isZero();
        assertThat(file.getLong()).isEqualTo(1);
        assertThat(file.getLong()).isEqualTo(2);
    }

    @Test
    void anyFlippedByteOfTheIndexIsMadeGood() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 60; i++) {
            randomStep(random);
        }
        log.close();
        List<String> names = new ArrayList<>();
        for (String name : new FileDisk(root).list("t-0")) {
            if (name.endsWith(".txnindex")) {
                names.add(name);
            }
        }
        assertThat(names).hasSizeGreaterThan(2);
        // Of a closed segment; that of the active one is made again by the scan in any case.
        Path file = root.resolve("t-0").resolve(names.get(1));
        byte[] right = Files.readAllBytes(file);
        for (int at = 0; at < right.length; at++) {
            byte[] flipped = right.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, flipped);
            openLog();
            assertThat(log.abortedTransactions(0, log.endOffset()))
                    .as("byte " + at)
                    .isEqualTo(expected(0, steps.size()));
            log.close();
            assertThat(Files.readAllBytes(file)).as("written anew").isEqualTo(right);
        }
    }

    @Test
    void answersEqualThoseOfAPlainListOverRollsCutsAndReopens() {
        for (int seed = 0; seed < 8; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < 120; i++) {
                switch (random.nextInt(40)) {
                    case 0 -> {
                        int kept = random.nextInt(steps.size() + 1);
                        log.truncateTo(kept);
                        steps.subList(kept, steps.size()).clear();
                    }
                    case 1 -> {
                        log.close();
                        openLog();
                    }
                    case 2 -> {
                        log.flush();
                        log.checkpoint();
                    }
                    default -> randomStep(random);
                }
                int from = random.nextInt(steps.size() + 1);
                int to = from + random.nextInt(steps.size() - from + 1);
                List<AbortedTransaction> found = log.abortedTransactions(from, to);
                assertThat(found)
                        .as("seed %d step %d, %d to %d", seed, i, from, to)
                        .isEqualTo(expected(from, to));
            }
            log.delete();
            steps.clear();
            openLog();
        }
    }

    private void randomStep(SplittableRandom random) {
        long producer = random.nextInt(PRODUCERS);
        switch (random.nextInt(4)) {
            case 0 -> end(producer, ControlRecords.Type.ABORT);
            case 1 -> end(producer, ControlRecords.Type.COMMIT);
            default -> data(producer);
        }
    }

    private void data(long producerId) {
        log.appendAsLeader(Batches.transactional(producerId, 0, "v"), 0);
        steps.add(new Step(producerId, null));
    }

    private void end(long producerId, ControlRecords.Type type) {
        log.appendAsLeader(Batches.marker(producerId, type), 0);
        steps.add(new Step(producerId, type));
    }

    private List<AbortedTransaction> expected(int from, int to) {
        List<AbortedTransaction> aborted = new ArrayList<>();
        TreeMap<Long, Integer> open = new TreeMap<>();
        for (int offset = 0; offset < steps.size(); offset++) {
            Step step = steps.get(offset);
            if (step.marker() == null) {
                open.putIfAbsent(step.producerId(), offset);
                continue;
            }
            Integer first = open.remove(step.producerId());
            if (first != null && step.marker() == ControlRecords.Type.ABORT && offset >= from && first < to) {
                long stable =
                        open.values().stream().min(Comparator.naturalOrder()).orElse(offset + 1);
                aborted.add(new AbortedTransaction(step.producerId(), first, offset, stable));
            }
        }
        return from == to ? List.of() : aborted;
    }
}
