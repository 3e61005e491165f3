package io.kontiki.simulation.log;

import io.kontiki.log.CleanEnd;
import io.kontiki.log.LogConfig;
import io.kontiki.log.LogConfig.Compaction;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.storage.Disk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Seeded work on a log of one partition: everything that changes it, in any order. Single-threaded, so that a seed replays
 * it: what the writer does beside a flush or beside compaction, it does in the midst of these, while they ask the disk for
 * something, see {@link #besideChange}, or compaction asks whether it may go on.
 */
final class LogWorkload {
    private static final int BYTES_PER_KEY = 24;

    /** Who works on the log beside the writer. */
    private enum Other {
        NOBODY,
        FLUSHER,
        CLEANER
    }

    private final RandomGenerator random;
    private final LogConfig config;
    private final UnaryOperator<Disk> kill;
    private final DrawnBatches batches;
    private final TrackedLog tracked;
    private int epoch;
    private boolean isLeading;
    private Other other = Other.NOBODY;
    /** What vouches for a log that was closed under the cleaner. */
    private Optional<CleanEnd> closed = Optional.empty();

    /** @param kill ends the process that uses a disk, and gives the disk with all that was written, flushed or not */
    LogWorkload(RandomGenerator random, Disk disk, UnaryOperator<Disk> kill) {
        this.random = random;
        this.kill = kill;
        this.config = draw(random);
        this.batches = new DrawnBatches(random, config.compaction().enabled());
        this.tracked = new TrackedLog(random, config, disk);
    }

    private static LogConfig draw(RandomGenerator random) {
        LogConfig drawn = LogConfig.defaults()
                .withSegmentBytes(1024 << random.nextInt(3))
                .withSegmentMillis(1 + random.nextInt(200))
                .withIndexIntervalBytes(random.nextInt(400));
        if (random.nextBoolean()) {
            return drawn.withCompaction(new Compaction(true, 0, 0, Long.MAX_VALUE, random.nextInt(4096)));
        }
        // A compacted log may know a producer for longer than others do: one that was forgotten, and came back.
        return drawn.withMaxProducerIds(random.nextBoolean() ? DrawnBatches.PRODUCERS - 1 : 100);
    }

    TrackedLog tracked() {
        return tracked;
    }

    LogConfig config() {
        return config;
    }

    private ExpectedLog expected() {
        return tracked.expected();
    }

    /** From now on this is the disk; the log is not open. */
    void moveTo(Disk disk) {
        tracked.moveTo(disk);
        other = Other.NOBODY;
        closed = Optional.empty();
    }

    void step() {
        int choice = random.nextInt(100);
        if (config.compaction().enabled() && random.nextInt(5) == 0) {
            compact();
        } else if (choice < 91) {
            change(choice);
        } else if (choice < 94) {
            CleanEnd end = tracked.close();
            tracked.openEqual(random.nextBoolean() ? Optional.of(end) : Optional.empty());
        } else if (choice < 98) {
            moveTo(kill.apply(tracked.disk()));
            tracked.openEqual(Optional.empty());
        } else {
            tracked.delete();
        }
    }

    /** What may happen beside compaction, too. */
    private void change(int choice) {
        if (choice < 60) {
            write(choice);
        } else if (choice < 72) {
            flush();
        } else if (choice < 79) {
            checkpoint();
        } else if (choice < 83) {
            beginEpoch();
        } else if (choice < 88) {
            truncate();
        } else {
            reset();
        }
    }

    /** What may happen beside a flush, too: the writer does not wait for the disk. */
    private void write(int choice) {
        if (choice < 33) {
            appendAsLeader();
        } else if (choice < 53) {
            appendAsFollower();
        } else if (choice < 55) {
            tracked.log().rollIfDue(batches.clockMs());
        } else {
            raiseStart();
        }
    }

    // ---- Two threads

    /**
     * To be called before each change of the disk: another thread may change the log while the flusher or the cleaner waits
     * for the disk, as far as it does not have to wait for these.
     */
    void besideChange(String operation, String path) {
        boolean holdsFlushLock = other == Other.FLUSHER
                || other == Other.CLEANER && (!path.endsWith(".cleaned") || operation.startsWith("rename"));
        if (other != Other.NOBODY && random.nextInt(4) == 0) {
            beside(holdsFlushLock);
        }
    }

    private void beside(boolean holdsFlushLock) {
        if (closed.isPresent()) {
            return;
        }
        Other before = other;
        other = Other.NOBODY;
        if (holdsFlushLock) {
            write(random.nextInt(60));
        } else if (random.nextInt(30) == 0) {
            closed = Optional.of(tracked.close());
        } else {
            change(random.nextInt(91));
        }
        other = before;
    }

    private void flush() {
        Other before = other;
        other = Other.FLUSHER;
        tracked.flush();
        other = before;
    }

    private void checkpoint() {
        long start = expected().startOffset();
        tracked.log().noteHighWatermark(start + random.nextLong(1 + expected().endOffset() - start));
        Other before = other;
        other = Other.FLUSHER;
        tracked.checkpoint();
        other = before;
    }

    private void compact() {
        long flushed = Math.max(expected().startOffset(), tracked.log().flushedOffset());
        long limit = random.nextInt(3) > 0
                ? flushed
                : expected().startOffset()
                        + random.nextLong(1 + flushed - expected().startOffset());
        other = Other.CLEANER;
        tracked.compact(
                limit, random.nextBoolean(), batches.clockMs(), BYTES_PER_KEY * (8L + random.nextInt(30)), bytes -> {
                    if (random.nextInt(20) == 0) {
                        beside(false);
                    }
                    return random.nextInt(100) > 0;
                });
        other = Other.NOBODY;
        if (closed.isPresent()) {
            Optional<CleanEnd> end = closed;
            closed = Optional.empty();
            tracked.openEqual(end);
        }
    }

    // ---- The writer

    private void beginEpoch() {
        epoch++;
        isLeading = true;
        tracked.log().beginEpoch(epoch);
    }

    private void appendAsLeader() {
        if (beginsEpoch()) {
            appendAsLeader(batches.leaderChange());
        }
        appendAsLeader(nextBatch());
    }

    private void appendAsLeader(ByteBuffer batch) {
        tracked.appendAsLeader(batch, stamped(batch, expected().endOffset()), epoch);
    }

    /** Several batches at once, which may belong to several epochs and segments. */
    private void appendAsFollower() {
        // No other leader writes with an epoch that began here.
        epoch += isLeading ? 1 : 0;
        isLeading = false;
        List<ByteBuffer> sent = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            epoch += random.nextInt(10) == 0 ? 1 : 0;
            boolean isEmpty = expected().indexOf(expected().startOffset())
                    == expected().batches().size();
            long gap = !isEmpty && random.nextInt(20) == 0 ? 1 + random.nextInt(5) : 0;
            ByteBuffer batch = stamped(
                    beginsEpoch() ? batches.leaderChange() : nextBatch(),
                    expected().endOffset() + gap);
            if (gap > 0) {
                // The log fills it.
                ByteBuffer empty = RecordBatchBuilder.empty(expected().endOffset(), (int) gap, lastEpoch());
                expected().append(empty);
            }
            expected().append(batch);
            sent.add(batch);
        }
        int bytes = sent.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer joined = ByteBuffer.allocate(bytes);
        sent.forEach(batch -> joined.put(batch.duplicate()));
        tracked.appendAsFollower(joined.flip());
    }

    /** Of the last batch expected, or of an epoch that began behind it. */
    private int lastEpoch() {
        int last = expected().batches().size() - 1;
        return Math.max(
                expected().header(last).leaderEpoch(),
                tracked.log().epochs().latestEpoch().orElse(0));
    }

    /** Whether the next batch is the first of its epoch, which tells who leads if the log is compacted. */
    private boolean beginsEpoch() {
        int last = expected().batches().size() - 1;
        return config.compaction().enabled()
                && (last < 0 || expected().header(last).leaderEpoch() != epoch);
    }

    private ByteBuffer nextBatch() {
        return batches.next(expected().producers(config.maxProducerIds()));
    }

    private ByteBuffer stamped(ByteBuffer batch, long offset) {
        ByteBuffer stamped =
                ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
        RecordBatchBuilder.stampLeader(stamped, offset, epoch);
        return stamped;
    }

    private void raiseStart() {
        long start = expected().startOffset();
        tracked.raiseStart(start + random.nextLong(1 + expected().endOffset() - start));
    }

    private void truncate() {
        long span = expected().endOffset() - expected().startOffset();
        tracked.truncate(
                expected().endOffset() - random.nextLong(1 + (random.nextBoolean() ? Math.min(span, 8) : span)));
        epoch++;
    }

    private void reset() {
        boolean keepsProducers = random.nextBoolean();
        long start = expected().endOffset() + (keepsProducers ? 0 : random.nextInt(100));
        if (!keepsProducers && random.nextBoolean()) {
            start = random.nextLong(1 + expected().endOffset());
            int batch = expected().indexOf(start);
            start = batch == expected().batches().size()
                    ? start
                    : expected().header(batch).baseOffset();
        }
        tracked.reset(start, keepsProducers);
        epoch++;
    }
}
