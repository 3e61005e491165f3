package io.kontiki.simulation.log;

import io.kontiki.log.AppendInfo;
import io.kontiki.log.CleanEnd;
import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.RecoveryListener;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.storage.Disk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Seeded work on a log of one partition: everything that changes it, in any order, each step noted in the plain list before
 * it begins. Single-threaded: an append beside a flush is one that is made while the disk is asked to flush, see
 * {@link #appendBesideFlush}.
 */
final class LogWorkload {
    static final String DIRECTORY = "t-0";
    /** Timestamps are below it. */
    static final long CLOCK_BOUND_MS = 1 << 20;

    private static final int PRODUCERS = 4;

    private final RandomGenerator random;
    private final LogConfig config;
    private final UnaryOperator<Disk> kill;
    private ExpectedLog expected;
    private Disk disk;
    private PartitionLog log;
    private int topics;
    private int epoch;
    private long clockMs;
    private boolean isLeading;
    private boolean isFlushing;

    /** @param kill ends the process that uses a disk, and gives the disk with all that was written, flushed or not */
    LogWorkload(RandomGenerator random, Disk disk, UnaryOperator<Disk> kill) {
        this.random = random;
        this.disk = disk;
        this.kill = kill;
        this.config = draw(random);
        this.expected = new ExpectedLog(nextTopicId(), 0);
    }

    private static LogConfig draw(RandomGenerator random) {
        return LogConfig.defaults()
                .withSegmentBytes(1024 << random.nextInt(3))
                .withSegmentMillis(1 + random.nextInt(200))
                .withIndexIntervalBytes(random.nextInt(400))
                .withMaxProducerIds(random.nextInt(4) == 0 ? PRODUCERS - 1 : 100);
    }

    private UUID nextTopicId() {
        topics++;
        return new UUID(7, topics);
    }

    ExpectedLog expected() {
        return expected;
    }

    LogConfig config() {
        return config;
    }

    PartitionLog log() {
        return log;
    }

    /** The first offset that may be missing if the power goes now. */
    long promisedEnd() {
        boolean isLogAsked = log != null && expected.replacement().isEmpty();
        return isLogAsked ? Math.max(expected.durableEnd(), log.flushedOffset()) : expected.durableEnd();
    }

    /** From now on this is the disk; the log is not open. */
    void moveTo(Disk newDisk) {
        disk = newDisk;
        log = null;
        isFlushing = false;
    }

    /** Opens the log and takes what is found, which must be what survives, for the log from now on. */
    void open() {
        expected = Recovery.candidate(disk, expected);
        Recovery recovery = Recovery.open(disk, expected, expected.durableEnd(), config, random);
        log = recovery.log();
        expected = recovery.found();
        expected.promise(log.flushedOffset());
    }

    void step() {
        int choice = random.nextInt(100);
        if (choice < 36) {
            appendAsLeader();
        } else if (choice < 56) {
            appendAsFollower();
        } else if (choice < 68) {
            flush();
        } else if (choice < 75) {
            checkpoint();
        } else if (choice < 79) {
            beginEpoch();
        } else if (choice < 81) {
            log.rollIfDue(clockMs);
        } else if (choice < 85) {
            raiseStart();
        } else if (choice < 89) {
            truncate();
        } else if (choice < 92) {
            reopen();
        } else if (choice < 96) {
            moveTo(kill.apply(disk));
            openEqual(Optional.empty());
        } else if (choice < 98) {
            reset();
        } else {
            delete();
        }
    }

    private void beginEpoch() {
        epoch++;
        isLeading = true;
        log.beginEpoch(epoch);
    }

    private void appendAsLeader() {
        ByteBuffer batch = nextBatch();
        ByteBuffer stamped = stamped(batch, expected.endOffset());
        expected.append(stamped);
        requireAppended(log.appendAsLeader(batch, epoch));
    }

    /** Several batches at once, which may belong to several epochs and segments. */
    private void appendAsFollower() {
        // No other leader writes with an epoch that began here.
        epoch += isLeading ? 1 : 0;
        isLeading = false;
        List<ByteBuffer> batches = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            epoch += random.nextInt(10) == 0 ? 1 : 0;
            boolean isEmpty = expected.indexOf(expected.startOffset())
                    == expected.batches().size();
            long gap = !isEmpty && random.nextInt(20) == 0 ? 1 + random.nextInt(5) : 0;
            ByteBuffer batch = stamped(nextBatch(), expected.endOffset() + gap);
            expected.append(batch);
            batches.add(batch);
        }
        int bytes = batches.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer joined = ByteBuffer.allocate(bytes);
        batches.forEach(batch -> joined.put(batch.duplicate()));
        requireAppended(log.appendAsFollower(joined.flip()));
    }

    private void requireAppended(AppendInfo info) {
        LogChecks.require(
                info.nextOffset() == expected.endOffset(),
                "an append led to offset %d, expected %d",
                info.nextOffset(),
                expected.endOffset());
    }

    private ByteBuffer nextBatch() {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        int records = 1 + random.nextInt(4);
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 1500 : 60)];
            random.nextBytes(value);
            builder.add(clockMs + random.nextInt(20), null, ByteBuffer.wrap(value), List.of());
        }
        clockMs = Math.min(clockMs + random.nextInt(30), CLOCK_BOUND_MS - 30);
        long producerId = random.nextInt(PRODUCERS + 2) - 2L;
        if (producerId < 0) {
            return builder.build();
        }
        ExpectedProducers producers = ExpectedProducers.of(expected.batchesOfProducers(), config.maxProducerIds());
        short producerEpoch = (short) (producers.epoch(producerId) + (random.nextInt(15) == 0 ? 1 : 0));
        return builder.build(producerId, producerEpoch, producers.nextSequence(producerId, producerEpoch));
    }

    private ByteBuffer stamped(ByteBuffer batch, long offset) {
        ByteBuffer stamped =
                ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
        RecordBatchBuilder.stampLeader(stamped, offset, epoch);
        return stamped;
    }

    private void flush() {
        isFlushing = true;
        expected.promise(log.flush());
        isFlushing = false;
    }

    /** To be called while the disk flushes: the writer may append meanwhile, which that flush need not cover. */
    void appendBesideFlush() {
        if (isFlushing && random.nextInt(4) == 0) {
            isFlushing = false;
            appendAsLeader();
            isFlushing = true;
        }
    }

    private void checkpoint() {
        log.noteHighWatermark(log.logStartOffset() + random.nextLong(1 + log.endOffset() - log.logStartOffset()));
        isFlushing = true;
        log.checkpoint();
        isFlushing = false;
        expected.promiseStart();
        expected.promise(log.flushedOffset());
    }

    private void raiseStart() {
        long start = expected.startOffset() + random.nextLong(1 + expected.endOffset() - expected.startOffset());
        expected.raiseStart(start);
        log.raiseLogStart(start);
    }

    private void truncate() {
        long span = expected.endOffset() - expected.startOffset();
        long cut = expected.endOffset() - random.nextLong(1 + (random.nextBoolean() ? Math.min(span, 8) : span));
        expected.beginTruncation(cut);
        log.truncateTo(cut);
        expected.endTruncation(cut);
        epoch++;
        requireEqual();
    }

    /** A stop in order and a start that knows of it, or does not. */
    private void reopen() {
        log.close();
        expected.promise(expected.endOffset());
        expected.promiseStart();
        openEqual(random.nextBoolean() ? Optional.of(log.cleanEnd()) : Optional.empty());
    }

    private void openEqual(Optional<CleanEnd> cleanEnd) {
        log = PartitionLog.open(disk, DIRECTORY, expected.topicId(), config, cleanEnd, RecoveryListener.NONE);
        LogChecks.require(!log.recovery().contradictsCleanEnd(), "a clean stop is contradicted");
        // Nothing but a checkpoint notes that the log start was raised.
        expected = LogChecks.requirePrefix(log, expected, expected.endOffset(), config, random);
        expected.promise(log.flushedOffset());
    }

    private void reset() {
        boolean keepsProducers = random.nextBoolean();
        long start = log.endOffset() + (keepsProducers ? 0 : random.nextInt(100));
        if (!keepsProducers && random.nextBoolean()) {
            start = random.nextLong(1 + expected.endOffset());
            int batch = expected.indexOf(start);
            start = batch == expected.batches().size()
                    ? start
                    : expected.header(batch).baseOffset();
        }
        ByteBuffer producers = keepsProducers ? log.producerSnapshotAt(start) : ByteBuffer.allocate(0);
        expected.beginReset(start, keepsProducers);
        log.resetTo(start, log.epochs(), producers);
        expected = expected.replacement().orElseThrow();
        epoch++;
        requireEqual();
    }

    private void delete() {
        expected.beginDeletion(nextTopicId());
        log.delete();
        log = null;
        expected = expected.replacement().orElseThrow();
        open();
    }

    /** Fails unless the log answers as the plain list does. */
    void requireEqual() {
        LogChecks.requirePrefix(log, expected, expected.endOffset(), config, random);
        LogChecks.require(log.logStartOffset() == expected.startOffset(), "the log start is another");
        LogChecks.requireRead(log, expected, random);
    }
}
