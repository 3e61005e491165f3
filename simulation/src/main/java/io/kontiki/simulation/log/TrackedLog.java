package io.kontiki.simulation.log;

import io.kontiki.log.AppendInfo;
import io.kontiki.log.CleanEnd;
import io.kontiki.log.CleaningPace;
import io.kontiki.log.CleaningPlan;
import io.kontiki.log.CleaningReport;
import io.kontiki.log.CleaningReport.Outcome;
import io.kontiki.log.LogCleaner;
import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.RecoveryListener;
import io.kontiki.storage.Disk;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A log beside the plain list: what is about to change is noted in the list before the log is asked for it, and what the
 * log promises after it has answered. Single-threaded.
 */
final class TrackedLog {
    static final String DIRECTORY = "t-0";

    private final RandomGenerator random;
    private final LogConfig config;
    private ExpectedLog expected;
    private Disk disk;
    private PartitionLog log;
    private int topics;

    /** Not open yet. */
    TrackedLog(RandomGenerator random, LogConfig config, Disk disk) {
        this.random = random;
        this.config = config;
        this.disk = disk;
        this.expected = new ExpectedLog(nextTopicId(), 0);
    }

    private UUID nextTopicId() {
        topics++;
        return new UUID(7, topics);
    }

    ExpectedLog expected() {
        return expected;
    }

    PartitionLog log() {
        return log;
    }

    Disk disk() {
        return disk;
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
    }

    /** Opens the log and takes what is found, which must be what survives, for the log from now on. */
    void open() {
        expected = Recovery.candidate(disk, expected);
        Recovery recovery = Recovery.open(disk, expected, expected.durableEnd(), config, random);
        log = recovery.log();
        takeFound(recovery.found());
    }

    /** Opens a log of which nothing can be missing. */
    void openEqual(Optional<CleanEnd> cleanEnd) {
        log = PartitionLog.open(disk, DIRECTORY, expected.topicId(), config, cleanEnd, RecoveryListener.NONE);
        LogChecks.require(!log.recovery().contradictsCleanEnd(), "a clean stop is contradicted");
        // Nothing but a checkpoint notes that the log start was raised.
        takeFound(LogChecks.requirePrefix(log, expected, expected.endOffset(), config, random));
    }

    private void takeFound(ExpectedLog found) {
        expected = found;
        expected.promise(log.flushedOffset());
        endCompaction();
    }

    void appendAsLeader(ByteBuffer batch, ByteBuffer stamped, int epoch) {
        expected.append(stamped);
        requireAppended(log.appendAsLeader(batch, epoch));
    }

    /** The batches are in the plain list by now. */
    void appendAsFollower(ByteBuffer batches) {
        requireAppended(log.appendAsFollower(batches));
    }

    private void requireAppended(AppendInfo info) {
        LogChecks.require(
                info.nextOffset() == expected.endOffset(),
                "an append led to offset %d, expected %d",
                info.nextOffset(),
                expected.endOffset());
    }

    void flush() {
        expected.promise(log.flush());
    }

    void checkpoint() {
        long start = expected.startOffset();
        log.checkpoint();
        expected.promiseStart(start);
        expected.promise(log.flushedOffset());
    }

    void raiseStart(long offset) {
        expected.raiseStart(offset);
        log.raiseLogStart(offset);
    }

    void truncate(long cutOffset) {
        endCompaction();
        expected.beginTruncation(cutOffset);
        log.truncateTo(cutOffset);
        expected.endTruncation(cutOffset);
        requireEqual();
    }

    /** @param keepsProducers whether those known now are known then */
    void reset(long startOffset, boolean keepsProducers) {
        endCompaction();
        ByteBuffer producers = keepsProducers ? log.producerSnapshotAt(startOffset) : ByteBuffer.allocate(0);
        expected.beginReset(startOffset, keepsProducers);
        log.resetTo(startOffset, log.epochs(), producers);
        expected = expected.replacement().orElseThrow();
        requireEqual();
    }

    /** A stop in order; what it vouches for. */
    CleanEnd close() {
        log.close();
        expected.promise(expected.endOffset());
        expected.promiseStart(expected.startOffset());
        return log.cleanEnd();
    }

    /** Goes on with another, empty log of the same name. */
    void delete() {
        expected.beginDeletion(nextTopicId());
        log.delete();
        log = null;
        expected = expected.replacement().orElseThrow();
        open();
    }

    /**
     * One pass of compaction, which leaves no file behind.
     *
     * @param limitOffset nothing above it is touched
     * @param mayForget whether tombstones may go once their time is over
     */
    void compact(long limitOffset, boolean mayForget, long nowMs, long mapBytes, CleaningPace pace) {
        expected.beginCompaction(ExpectedCompaction.of(
                expected.batches(),
                expected.producers(config.maxProducerIds()),
                limitOffset,
                mayForget,
                nowMs,
                config.compaction().deleteRetentionMillis()));
        CleaningPlan plan = LogCleaner.plan(log, limitOffset, mayForget, nowMs);
        CleaningReport report = new LogCleaner(log, plan, pace, mapBytes).run(LogCleaner.remember(log), nowMs);
        LogChecks.requireNoUnfinishedSwap(disk, DIRECTORY);
        endCompaction();
        if (report.outcome() == Outcome.COMPLETE) {
            int first = expected.indexOf(expected.startOffset());
            ExpectedCompaction.requireOncePerKey(
                    expected.batches().subList(first, expected.batches().size()), report.toOffset());
        }
    }

    /** Takes what a pass has left, which must be what it may leave, for the log from now on. */
    private void endCompaction() {
        if (expected.compaction() != ExpectedCompaction.NONE) {
            SegmentFiles files = SegmentFiles.of(disk, DIRECTORY);
            int first = expected.indexOf(files.firstOffset());
            expected.compaction()
                    .requireLeft(
                            expected.batches().subList(first, expected.batches().size()),
                            files.batches(),
                            expected.startOffset());
            expected.endCompaction(files.firstOffset(), files.batches());
        }
    }

    /** Fails unless the log answers as the plain list does. */
    void requireEqual() {
        LogChecks.requirePrefix(log, expected, expected.endOffset(), config, random);
        LogChecks.require(log.logStartOffset() == expected.startOffset(), "the log start is another");
        LogChecks.requireRead(log, expected, random);
    }
}
