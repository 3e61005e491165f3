package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.record.ControlRecords;
import io.kontiki.record.RecordBatch;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenTransactionsTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final LogConfig SMALL = LogConfig.defaults().withSegmentBytes(1024);

    @TempDir
    Path root;

    /** What happened, as a plain list: a batch of one record each. */
    private record Step(long producerId, boolean marker) {}

    private PartitionLog open() {
        return PartitionLog.open(new FileDisk(root), "t-0", TOPIC, SMALL);
    }

    @Test
    void anEndThatMayStillBeLostHoldsReadersBackAfterARestartToo() {
        try (PartitionLog log = open()) {
            log.appendAsLeader(Batches.transactional(7, 0, "v"), 0);
            log.appendAsLeader(Batches.transactional(7, 1, "w"), 0);
            log.appendAsLeader(Batches.marker(7, ControlRecords.Type.ABORT), 0);
            assertThat(log.lastStableOffset(1)).isZero();
            // Until none of them is in the segment that a restart looks through.
            while (!log.appendAsLeader(Batches.of(1_000, "filler"), 0).rolled()) {
                assertThat(log.sizeInBytes()).isLessThan(2048);
            }
        }
        try (PartitionLog log = open()) {
            assertThat(log.lastStableOffset(2)).isZero();
            assertThat(log.lastStableOffset(3)).isEqualTo(3);
        }
    }

    @Test
    void lastStableOffsetEqualsThatOfAPlainListOverRollsCutsAndReopens() {
        for (int seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Step> steps = new ArrayList<>();
            int highWatermark = 0;
            PartitionLog log = open();
            for (int i = 0; i < 150; i++) {
                switch (random.nextInt(20)) {
                    case 0 -> {
                        int kept = highWatermark + random.nextInt(steps.size() - highWatermark + 1);
                        log.truncateTo(kept);
                        steps.subList(kept, steps.size()).clear();
                    }
                    case 1 -> {
                        log.close();
                        log = open();
                    }
                    case 2, 3 -> highWatermark += random.nextInt(steps.size() - highWatermark + 1);
                    default -> append(log, steps, random);
                }
                assertThat(log.lastStableOffset(highWatermark))
                        .as("seed %d step %d, high watermark %d", seed, i, highWatermark)
                        .isEqualTo(lastStableOffset(steps, highWatermark));
            }
            log.delete();
        }
    }

    private static void append(PartitionLog log, List<Step> steps, SplittableRandom random) {
        Step step = new Step(random.nextInt(4), random.nextInt(3) == 0);
        log.appendAsLeader(
                step.marker()
                        ? Batches.marker(step.producerId(), ControlRecords.Type.COMMIT)
                        : Batches.transactional(step.producerId(), 0, "v"),
                0);
        steps.add(step);
    }

    /** Rule V2, word by word. */
    private static long lastStableOffset(List<Step> steps, int highWatermark) {
        TreeMap<Long, Integer> open = new TreeMap<>();
        long stable = highWatermark;
        for (int offset = 0; offset < steps.size(); offset++) {
            Step step = steps.get(offset);
            if (!step.marker()) {
                open.putIfAbsent(step.producerId(), offset);
                continue;
            }
            Integer first = open.remove(step.producerId());
            if (first != null && offset >= highWatermark) {
                stable = Math.min(stable, first);
            }
        }
        return Math.min(stable, open.values().stream().min(Integer::compare).orElse(Integer.MAX_VALUE));
    }

    @Test
    void endsBeyondTheLimitAreToldApartNoMoreButNotForgotten() {
        OpenTransactions transactions = new OpenTransactions();
        int ended = OpenTransactions.DECIDED_MAX + 5;
        for (long first = 0; first < 2L * ended; first += 2) {
            transactions.onAppended(at(first, Batches.transactional(7, 0, "v")));
            transactions.onAppended(at(first + 1, Batches.marker(7, ControlRecords.Type.COMMIT)));
        }
        assertThat(transactions.decided()).hasSize(OpenTransactions.DECIDED_MAX);
        assertThat(transactions.lastStableOffset(11)).isEqualTo(10);
        long last = 2L * ended - 1;
        long firstOfTheMerged = 2L * OpenTransactions.DECIDED_MAX - 2;
        assertThat(transactions.lastStableOffset(last)).isEqualTo(firstOfTheMerged);
        assertThat(transactions.lastStableOffset(last + 1)).isEqualTo(last + 1);
        assertThat(transactions.firstOffset()).isEqualTo(OptionalLong.empty());
    }

    @Test
    void whatIsCommittedIsForgotten() {
        OpenTransactions transactions = new OpenTransactions();
        transactions.onAppended(at(0, Batches.transactional(7, 0, "v")));
        transactions.onAppended(at(1, Batches.transactional(8, 0, "v")));
        transactions.onAppended(at(2, Batches.marker(8, ControlRecords.Type.COMMIT)));
        transactions.onAppended(at(3, Batches.marker(7, ControlRecords.Type.COMMIT)));
        assertThat(transactions.decided()).as("the later end covers the other").hasSize(1);
        assertThat(transactions.lastStableOffset(4)).isEqualTo(4);
        assertThat(transactions.decided()).isEmpty();
    }

    @Test
    void aMarkerIsNotReadBackFromTheDisk() {
        WatchedDisk disk = new WatchedDisk(new FileDisk(root));
        try (PartitionLog log = PartitionLog.open(disk, "t-0", TOPIC, SMALL)) {
            log.appendAsLeader(Batches.transactional(7, 0, "v"), 0);
            disk.before((verb, path) -> assertThat(verb).isNotEqualTo("read"));
            log.appendAsLeader(Batches.marker(7, ControlRecords.Type.ABORT), 0);
            disk.unwatched();
            assertThat(log.abortedTransactions(0, 2)).containsExactly(new AbortedTransaction(7, 0, 1, 2));
        }
    }

    private static RecordBatch at(long offset, ByteBuffer batch) {
        return RecordBatch.at(Batches.stamped(batch, offset, 0), 0);
    }
}
