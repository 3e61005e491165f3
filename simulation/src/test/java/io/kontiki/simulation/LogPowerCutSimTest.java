package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.AppendInfo;
import io.kontiki.log.EpochEntry;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.ProducerCheck;
import io.kontiki.record.BatchHeader;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * A partition's log on a disk that fails at any change and then loses power, beside a slow model: what was flushed is
 * there, what is there was written, and everything derived from the batches equals a derivation from scratch.
 */
class LogPowerCutSimTest {
    private static final UUID TOPIC = new UUID(3, 4);
    private static final LogConfig CONFIG = LogConfig.defaults()
            .withSegmentBytes(1024)
            .withIndexIntervalBytes(150)
            .withMaxProducerIds(100);
    private static final int LIVES_PER_SEED = 12;
    private static final int STEPS_PER_LIFE = 25;

    private SplittableRandom random;
    private MemoryDisk disk;
    private PartitionLog log;
    private int epoch;
    private long clockMs;
    private final Map<Long, Integer> nextSequence = new HashMap<>();
    /** Batches of the log as it should be, stamped. */
    private final List<ByteBuffer> model = new ArrayList<>();
    /** Below it the model is durable. */
    private long durableEnd;

    @Test
    void flushedBatchesSurviveAnyPowerCut() {
        Long given = Long.getLong("sim.seed");
        long first = given == null ? 1 : given;
        long last = given == null ? Long.getLong("sim.seeds", 150) : given;
        for (long seed = first; seed <= last; seed++) {
            try {
                runSeed(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("failed with -Dsim.seed=" + seed, e);
            }
        }
    }

    private void runSeed(long seed) {
        random = new SplittableRandom(seed);
        disk = new MemoryDisk();
        epoch = 0;
        durableEnd = 0;
        model.clear();
        for (int life = 0; life < LIVES_PER_SEED; life++) {
            live();
        }
    }

    /** Opens the log, works on it until the disk fails or the steps are done, then loses power. */
    private void live() {
        try {
            open();
            verify();
            disk.failAfter(random.nextInt(200));
            for (int step = 0; step < STEPS_PER_LIFE; step++) {
                step();
            }
            if (random.nextBoolean()) {
                log.close();
                durableEnd = modelEnd();
            }
        } catch (LogFailedException | StorageException failed) {
            assertThat(failed).hasMessageContaining("the disk fails");
        }
        disk.cutPower(random);
    }

    private void open() {
        if (random.nextInt(4) == 0) {
            // The first open may fail half-way, too.
            disk.failAfter(random.nextInt(10));
            try {
                PartitionLog.open(disk, "t-0", TOPIC, CONFIG);
            } catch (StorageException failed) {
                disk.cutPower(random);
            }
            disk.failAfter(Long.MAX_VALUE);
        }
        log = PartitionLog.open(disk, "t-0", TOPIC, CONFIG);
    }

    private void step() {
        int choice = random.nextInt(20);
        if (choice < 13) {
            append();
        } else if (choice < 16) {
            durableEnd = Math.max(durableEnd, log.flush());
        } else if (choice < 17) {
            log.checkpoint();
        } else if (choice < 18) {
            epoch++;
            log.beginEpoch(epoch);
        } else if (choice < 19) {
            truncate();
        } else {
            reopen();
        }
    }

    private void append() {
        long producerId = random.nextInt(4) - 1;
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        int records = 1 + random.nextInt(4);
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 1500 : 60)];
            random.nextBytes(value);
            builder.add(clockMs + random.nextInt(20), null, ByteBuffer.wrap(value), List.of());
        }
        clockMs += random.nextInt(30);
        ByteBuffer batch = producerId < 0
                ? builder.build()
                : builder.build(producerId, (short) 0, nextSequence.getOrDefault(producerId, 0));
        ByteBuffer expected = ByteBuffer.wrap(batch.array().clone()).limit(batch.limit());
        RecordBatchBuilder.stampLeader(expected, modelEnd(), epoch);
        model.add(expected);
        if (producerId >= 0) {
            nextSequence.merge(producerId, records, Integer::sum);
        }
        AppendInfo info =
                random.nextBoolean() ? log.appendAsLeader(batch, epoch) : log.appendAsFollower(expected.duplicate());
        assertThat(info.nextOffset()).isEqualTo(modelEnd());
    }

    private void truncate() {
        long cut = random.nextLong(modelEnd() + 1);
        // Until it is done both the old and the new log are right; below the cut they are the same.
        int kept = 0;
        while (kept < model.size() && header(kept).nextOffset() <= cut) {
            kept++;
        }
        durableEnd = Math.min(durableEnd, kept == 0 ? 0 : header(kept - 1).nextOffset());
        log.truncateTo(cut);
        model.subList(kept, model.size()).clear();
        replayModel();
        epoch++;
        verify();
    }

    private void reopen() {
        log.close();
        durableEnd = modelEnd();
        log = PartitionLog.open(disk, "t-0", TOPIC, CONFIG);
        verify();
    }

    /** The log is a prefix of the model that holds at least what is durable; from now on it is the model. */
    private void verify() {
        List<ByteBuffer> found = readBatches();
        assertThat(found.size()).isLessThanOrEqualTo(model.size());
        assertThat(found).isEqualTo(model.subList(0, found.size()));
        model.subList(found.size(), model.size()).clear();
        assertThat(log.endOffset()).isEqualTo(modelEnd()).isGreaterThanOrEqualTo(durableEnd);
        replayModel();
        verifyEpochs();
        verifyProducers();
        verifyTimes();
        durableEnd = Math.max(durableEnd, log.flushedOffset());
        assertThat(durableEnd).isLessThanOrEqualTo(modelEnd());
    }

    private void replayModel() {
        nextSequence.clear();
        for (int i = 0; i < model.size(); i++) {
            BatchHeader batch = header(i);
            if (batch.hasProducerId()) {
                nextSequence.put(batch.producerId(), batch.lastSequence() + 1);
            }
        }
    }

    private void verifyEpochs() {
        List<EpochEntry> expected = new ArrayList<>();
        for (int i = 0; i < model.size(); i++) {
            BatchHeader batch = header(i);
            if (expected.isEmpty() || expected.get(expected.size() - 1).epoch() != batch.leaderEpoch()) {
                expected.add(new EpochEntry(batch.leaderEpoch(), batch.baseOffset()));
            }
        }
        assertThat(log.epochs().entries()).isEqualTo(expected);
    }

    /** The last five batches of each producer are known, and nothing before them. */
    private void verifyProducers() {
        Map<Long, Integer> seen = new HashMap<>();
        for (int i = model.size() - 1; i >= 0; i--) {
            BatchHeader batch = header(i);
            if (batch.hasProducerId()) {
                boolean remembered = seen.merge(batch.producerId(), 1, Integer::sum) <= 5;
                ProducerCheck check = log.producers().check(batch);
                if (remembered) {
                    assertThat(check).isEqualTo(new ProducerCheck.Duplicate(batch.baseOffset(), batch.lastOffset()));
                } else {
                    assertThat(check).isInstanceOf(ProducerCheck.TooOld.class);
                }
            }
        }
        assertThat(log.producers().size()).isEqualTo(seen.size());
    }

    private void verifyTimes() {
        for (int i = 0; i < 5; i++) {
            long time = random.nextLong(clockMs + 50);
            long expected = -1;
            for (int b = 0; b < model.size() && expected < 0; b++) {
                for (var next : RecordBatch.at(model.get(b), 0)) {
                    if (expected < 0 && next.timestampMs() >= time) {
                        expected = next.offset();
                    }
                }
            }
            assertThat(log.offsetForTimestamp(time).map(found -> found.offset()).orElse(-1L))
                    .isEqualTo(expected);
        }
    }

    private List<ByteBuffer> readBatches() {
        List<ByteBuffer> batches = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < log.endOffset()) {
            LogSlice slice = log.read(next, 1 + random.nextInt(2000), Long.MAX_VALUE);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                batch.ensureValidChecksum();
                batches.add(batch.bytes());
            }
            assertThat(slice.endOffset()).isGreaterThan(next);
            next = slice.endOffset();
        }
        return batches;
    }

    private BatchHeader header(int index) {
        return BatchHeader.at(model.get(index), 0);
    }

    private long modelEnd() {
        return model.isEmpty() ? 0 : header(model.size() - 1).nextOffset();
    }
}
