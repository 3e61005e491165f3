package io.kontiki.log;

import io.kontiki.log.CleaningReport.Outcome;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.InvalidBatchException.Reason;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordCursor;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One pass of compaction over one log: finds the last offset of each key in the part that is not compacted yet, as far as
 * the map's memory goes; then copies the closed segments from the first one on without what is superseded, in groups that
 * become one segment each, and exchanges each group for its copy. A stop or crash at any point leaves a log in which some
 * segments were exchanged and the rest is as it was; the next pass begins anew.
 *
 * <p>Used once, by one thread, which may block on the disk. The log's writer and readers go on beside it.
 */
public final class LogCleaner {
    private static final int READ_BYTES = 1 << 20;
    /** Room on the disk that a copy leaves to the log itself, in segments. */
    private static final int RESERVED_SEGMENTS = 1;

    private final PartitionLog log;
    private final LogConfig config;
    private final CleaningPlan plan;
    private final LogDirectory directory;
    private final CleaningPace pace;
    private final List<AbortedTransaction> aborted;
    private final OffsetMap lastOffsets;
    /** The log as this pass left it so far. */
    private LogView seen;
    /** What is read at the moment, or what became of it. */
    private LogSegment source;
    /** The pass goes on as long as nothing else became of it. */
    private Outcome outcome = Outcome.COMPLETE;

    private long readBytes;
    private long writtenBytes;
    private int segmentsBefore;
    private int segmentsAfter;

    /**
     * @param pace asked between batches
     * @param mapBytes most memory that the map may take, at least 48; besides it a pass takes a few megabytes and what the
     *     greatest batch does
     */
    public LogCleaner(PartitionLog log, CleaningPlan plan, CleaningPace pace, long mapBytes) {
        this.log = log;
        this.config = log.config();
        this.plan = plan;
        this.directory = log.directoryFiles();
        this.pace = pace;
        this.seen = plan.view();
        this.source = seen.segments()[0];
        this.aborted = AbortedTransactions.touching(
                log.producerSnapshots(), seen, seen.segments()[0].baseOffset(), plan.endOffset());
        this.lastOffsets = OffsetMap.forRecords(plan.endOffset() - plan.firstDirtyOffset(), mapBytes);
    }

    /** Whether a log's settings ask for compaction. Any thread. */
    public static boolean isEnabledFor(PartitionLog log) {
        return log.config().compaction().enabled();
    }

    /**
     * Looks what there is to do. Reads a small file and may read a few batches. Any thread.
     *
     * @param limitOffset no segment that ends above it is touched: the high watermark or, if lower, the last stable offset
     * @param mayForget whether tombstones and markers that were kept long enough may go: not while a replica may have
     *     missed them, as it would keep what they delete
     * @param nowMs since 1970
     * @throws StorageException if the disk fails, or the log was closed meanwhile
     * @throws InvalidBatchException if a batch is damaged
     */
    public static CleaningPlan plan(PartitionLog log, long limitOffset, boolean mayForget, long nowMs) {
        CleanerCheckpoint checkpoint = CleanerCheckpoint.read(log.directoryFiles());
        // Another pass, or retention, may take away what is looked at.
        return log.look(
                view -> CleaningPlan.of(view, checkpoint, log.config().compaction(), limitOffset, mayForget, nowMs));
    }

    /** What a pass must know of the producers. The log's writer thread only. */
    public static RememberedBatches remember(PartitionLog log) {
        return RememberedBatches.of(log.producers());
    }

    /** Adjacent segments that become one, which ends where the last of them does. */
    private record Group(List<LogSegment> segments, long endOffset) {
        long sizeInBytes() {
            return segments.stream().mapToLong(LogSegment::sizeInBytes).sum();
        }

        LogSegment last() {
            return segments.get(segments.size() - 1);
        }

        /** Whether they stay together what one segment may be, by what they take now. */
        boolean hasRoomFor(LogSegment next, long nextEndOffset, int segmentBytes) {
            return sizeInBytes() + next.sizeInBytes() <= segmentBytes
                    && nextEndOffset - segments.get(0).baseOffset() <= Integer.MAX_VALUE;
        }

        /** Less what retention took meanwhile: what is not there holds no older value of a key. */
        Group leftIn(LogView now) {
            return new Group(segments.stream().filter(now::holds).toList(), endOffset);
        }

        Group with(LogSegment next, long nextEndOffset) {
            List<LogSegment> more = new ArrayList<>(segments);
            more.add(next);
            return new Group(more, nextEndOffset);
        }
    }

    /**
     * Runs the pass.
     *
     * @param remembered of this log, taken at any time
     * @param nowMs since 1970
     * @throws InvalidBatchException if a batch is damaged; the message names the file and the position
     * @throws LogFailedException if the disk failed while files were exchanged; the log is offline then
     * @throws StorageException if the disk fails otherwise
     */
    public CleaningReport run(RememberedBatches remembered, long nowMs) {
        CleaningFilter filter = null;
        long mapEnd = plan.firstDirtyOffset();
        try {
            mapEnd = readKeys();
            filter = new CleaningFilter(
                    lastOffsets,
                    plan.firstDirtyOffset(),
                    mapEnd,
                    remembered,
                    new TransactionsPassed(aborted),
                    plan.mayForget(),
                    nowMs,
                    config.compaction().deleteRetentionMillis());
            for (Group group : groupsBelow(mapEnd)) {
                Group left = group.leftIn(log.view());
                if (goesOn() && !left.segments().isEmpty()) {
                    clean(left, filter);
                }
            }
            if (goesOn() && !log.noteCleaned(seen, new CleanerCheckpoint(mapEnd, filter.latestHorizonMs()))) {
                outcome = Outcome.LOG_CHANGED;
            }
        } catch (DiskFullException full) {
            outcome = Outcome.DISK_FULL;
        } catch (StorageException | InvalidBatchException e) {
            if (!hasChanged()) {
                throw e;
            }
            // What was read had been taken away: no failure.
            outcome = Outcome.LOG_CHANGED;
        }
        return new CleaningReport(
                outcome,
                plan.firstDirtyOffset(),
                outcome == Outcome.COMPLETE ? mapEnd : plan.firstDirtyOffset(),
                readBytes,
                writtenBytes,
                filter == null ? 0 : filter.removedRecords(),
                segmentsBefore,
                segmentsAfter);
    }

    /** Whether the pass cannot go on: the log was cut, or retention took what is being read. */
    private boolean hasChanged() {
        LogView now = log.view();
        return log.isClosed() || now.cuts() != seen.cuts() || !now.holds(source);
    }

    private boolean goesOn() {
        return outcome == Outcome.COMPLETE;
    }

    /** Waits as long as the pace says; the pass may be over then. */
    private void spend(int bytes) {
        if (!pace.spend(bytes)) {
            outcome = Outcome.STOPPED;
        } else if (hasChanged()) {
            outcome = Outcome.LOG_CHANGED;
        }
    }

    // ---- The map

    /** Fills the map; the offset up to which it holds every key. */
    private long readKeys() {
        TransactionsPassed transactions = new TransactionsPassed(aborted);
        for (int i = seen.segmentOf(plan.firstDirtyOffset()); goesOn() && i < plan.segments(); i++) {
            LogSegment segment = seen.segments()[i];
            if (!log.view().holds(segment)) {
                continue;
            }
            SegmentCursor cursor = cursor(segment);
            long end = segment.baseOffset();
            while (goesOn() && cursor.advance()) {
                RecordBatch batch = verified(segment, cursor);
                end = batch.nextOffset();
                if (batch.nextOffset() > plan.firstDirtyOffset()) {
                    long fullAt = readKeys(batch, transactions);
                    if (fullAt >= 0) {
                        // In the midst of a batch none of it is copied without older values, and no later pass would
                        // do it. Only a batch that is too big for the whole map ends there.
                        return batch.baseOffset() > plan.firstDirtyOffset() ? batch.baseOffset() : fullAt;
                    }
                }
            }
            requireWhole(segment, cursor, end);
        }
        return plan.endOffset();
    }

    /** The offset of the first record that there was no room for; -1 if there is none. */
    private long readKeys(RecordBatch batch, TransactionsPassed transactions) {
        boolean isAborted = batch.isTransactional() && !batch.isControl() && transactions.isAborted(batch);
        if (batch.isControl() || isAborted) {
            // A marker's key is none of the user's, even if the bytes are the same; aborted records supersede nothing.
            return -1;
        }
        try (RecordCursor records = batch.cursor()) {
            while (records.next()) {
                if (records.offset() >= plan.firstDirtyOffset()
                        && records.hasKey()
                        && !lastOffsets.put(records.key(), records.offset())) {
                    return records.offset();
                }
            }
        }
        return -1;
    }

    // ---- The copy

    /** Up to the segment in which the map ends. */
    private List<Group> groupsBelow(long mapEnd) {
        List<Group> groups = new ArrayList<>();
        Group open = new Group(List.of(), 0);
        for (int i = 0; i < plan.segments() && seen.segments()[i].baseOffset() < mapEnd; i++) {
            LogSegment next = seen.segments()[i];
            if (!open.segments().isEmpty() && !open.hasRoomFor(next, seen.endOf(i), config.segmentBytes())) {
                groups.add(open);
                open = new Group(List.of(), 0);
            }
            open = open.with(next, seen.endOf(i));
        }
        if (!open.segments().isEmpty()) {
            groups.add(open);
        }
        return groups;
    }

    private void clean(Group group, CleaningFilter filter) {
        if (directory.disk().usableBytes() - group.sizeInBytes() < (long) RESERVED_SEGMENTS * config.segmentBytes()) {
            outcome = Outcome.DISK_FULL;
            return;
        }
        SegmentSwap swap = new SegmentSwap(directory, group.segments().get(0).baseOffset(), group.endOffset());
        long changesBefore = filter.changedBatches();
        try (CleanedSegment cleaned = new CleanedSegment(swap, config)) {
            for (LogSegment next : group.segments()) {
                copy(next, next == group.last(), filter, cleaned);
            }
            boolean hasChanges = group.segments().size() > 1 || filter.changedBatches() != changesBefore;
            if (goesOn() && hasChanges) {
                exchange(group.segments(), cleaned);
            }
        }
    }

    private void copy(LogSegment segment, boolean isLastSource, CleaningFilter filter, CleanedSegment target) {
        SegmentCursor cursor = cursor(segment);
        long size = segment.sizeInBytes();
        long end = segment.baseOffset();
        while (goesOn() && cursor.advance()) {
            RecordBatch batch = verified(segment, cursor);
            end = batch.nextOffset();
            boolean isLast = isLastSource && cursor.position() + batch.sizeInBytes() == size;
            Optional<ByteBuffer> left = filter.filter(batch, isLast, target::addAborted);
            if (left.isPresent()) {
                int bytes = left.get().remaining();
                target.append(left.get());
                writtenBytes += bytes;
                spend(bytes);
            }
        }
        requireWhole(segment, cursor, end);
    }

    private void exchange(List<LogSegment> group, CleanedSegment cleaned) {
        LogSegment replacement = cleaned.finish();
        boolean exchanged = log.exchange(seen, group, replacement, () -> {
            group.forEach(LogSegment::close);
            cleaned.takePlace();
        });
        if (!exchanged) {
            outcome = Outcome.LOG_CHANGED;
            return;
        }
        seen = log.view();
        source = replacement;
        segmentsBefore += group.size();
        segmentsAfter++;
    }

    // ---- Reading

    private SegmentCursor cursor(LogSegment segment) {
        source = segment;
        return new SegmentCursor(segment.file(), 0, segment.sizeInBytes(), READ_BYTES);
    }

    private RecordBatch verified(LogSegment segment, SegmentCursor cursor) {
        try {
            RecordBatch batch = cursor.batch();
            batch.ensureValidChecksum();
            readBytes += batch.sizeInBytes();
            spend(batch.sizeInBytes());
            return batch;
        } catch (InvalidBatchException e) {
            throw damaged(segment, cursor, e.getMessage());
        }
    }

    /** Else a pass would make one sound segment of what is left, and nobody would know of the rest. */
    private void requireWhole(LogSegment segment, SegmentCursor cursor, long end) {
        long expected = seen.endOf(seen.segmentOf(segment.baseOffset()));
        if (goesOn() && cursor.position() != segment.sizeInBytes()) {
            throw damaged(segment, cursor, "the last batch is cut short");
        }
        if (goesOn() && end != expected) {
            throw damaged(segment, cursor, "it ends at offset " + end + ", the next segment begins at " + expected);
        }
    }

    private static InvalidBatchException damaged(LogSegment segment, SegmentCursor cursor, String what) {
        return new InvalidBatchException(
                Reason.CORRUPT_BATCH, segment.file().path() + " at byte " + cursor.position() + ": " + what);
    }
}
