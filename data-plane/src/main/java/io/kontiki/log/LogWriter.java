package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import java.nio.ByteBuffer;

/**
 * What changes a log. Belongs to the log's writer thread, except that any thread may take the {@link #view()}. Failures of
 * the disk pass through as {@link io.kontiki.storage.StorageException}; the log is of no use for writing after one.
 */
final class LogWriter {
    private final LogDirectory directory;
    private LogConfig config;
    private final ProducerState producers;
    private final LogFlush flush;
    /** The header of the batch that is being appended, with the leader's stamp. */
    private final ByteBuffer stamped = ByteBuffer.allocate(BatchHeader.BYTES);

    private volatile LogView view;

    LogWriter(LogDirectory directory, LogConfig config, LogRecovery.Recovered recovered, LogFlush flush) {
        this.directory = directory;
        this.config = config;
        this.producers = recovered.producers();
        this.flush = flush;
        this.view = recovered.view();
    }

    /** Any thread. */
    LogView view() {
        return view;
    }

    ProducerState producers() {
        return producers;
    }

    /** See {@link PartitionLog#configure}. */
    void configure(LogConfig newConfig) {
        config = newConfig;
    }

    /** See {@link PartitionLog#beginEpoch}. */
    void beginEpoch(int leaderEpoch) {
        requireEpoch(leaderEpoch);
        LogView now = view;
        view = now.withEnd(now.endOffset(), now.epochs().with(leaderEpoch, now.endOffset()));
    }

    private void requireEpoch(int leaderEpoch) {
        int latest = view.epochs().latestEpoch().orElse(0);
        if (leaderEpoch < latest) {
            throw new IllegalArgumentException("leader epoch " + leaderEpoch + " is below the latest epoch " + latest);
        }
    }

    /** See {@link PartitionLog#appendAsLeader}. */
    AppendInfo appendAsLeader(ByteBuffer batch, int leaderEpoch) {
        requireEpoch(leaderEpoch);
        int start = batch.position();
        int size = RecordBatch.at(batch, start).sizeInBytes();
        if (size != batch.remaining()) {
            throw new IllegalArgumentException("one batch of " + size + " bytes, but " + batch.remaining() + " given");
        }
        stamped.clear().put(0, batch, start, BatchHeader.BYTES);
        RecordBatchBuilder.stampLeader(stamped, view.endOffset(), leaderEpoch);
        BatchHeader header = BatchHeader.at(stamped, 0);
        boolean rolled = rollUnlessFits(header);
        LogSegment active = view.active();
        int position = active.sizeInBytes();
        active.file().append(stamped, batch.slice(start + BatchHeader.BYTES, size - BatchHeader.BYTES));
        LeaderEpochIndex epochs = note(header, active, position, view.epochs());
        view = view.withEnd(header.nextOffset(), epochs);
        return new AppendInfo(header.baseOffset(), header.lastOffset(), header.maxTimestampMs(), size, rolled);
    }

    /** See {@link PartitionLog#appendAsFollower}. */
    AppendInfo appendAsFollower(ByteBuffer batches) {
        ByteBuffer bytes = batches.slice();
        requireContinues(bytes);
        long baseOffset = view.endOffset();
        long maxTimestampMs = BatchHeader.NO_TIMESTAMP;
        boolean rolled = false;
        int runStart = 0;
        int runEnd = 0;
        for (RecordBatch batch : RecordBatches.of(bytes)) {
            if (!view.active().hasRoomFor(batch, runEnd - runStart, config.segmentBytes())) {
                writeRun(bytes, runStart, runEnd);
                runStart = runEnd;
                roll();
                rolled = true;
            }
            runEnd += batch.sizeInBytes();
            maxTimestampMs = Math.max(maxTimestampMs, batch.maxTimestampMs());
        }
        writeRun(bytes, runStart, runEnd);
        return new AppendInfo(baseOffset, view.endOffset() - 1, maxTimestampMs, runEnd, rolled);
    }

    /** Rule F7, as far as the log can judge: before the first byte is written, everything is known to fit. */
    private void requireContinues(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            throw new IllegalArgumentException("no batch to append");
        }
        long expectedOffset = view.endOffset();
        int lastEpoch = view.epochs().latestEpoch().orElse(0);
        for (RecordBatch batch : RecordBatches.of(bytes)) {
            batch.ensureValidChecksum();
            if (batch.baseOffset() != expectedOffset) {
                throw mismatch("base offset", batch.baseOffset(), Long.toString(expectedOffset));
            }
            if (batch.leaderEpoch() < lastEpoch) {
                throw mismatch("leader epoch", batch.leaderEpoch(), lastEpoch + " or above");
            }
            if (batch.lastOffsetDelta() < 0) {
                throw mismatch("last offset delta", batch.lastOffsetDelta(), "0 or above");
            }
            expectedOffset = batch.nextOffset();
            lastEpoch = batch.leaderEpoch();
        }
    }

    private AppendMismatchException mismatch(String field, long found, String expected) {
        return new AppendMismatchException(directory.path(), field, found, expected);
    }

    /** Writes batches that belong to the active segment, in one piece. */
    private void writeRun(ByteBuffer bytes, int from, int to) {
        if (from == to) {
            return;
        }
        ByteBuffer run = bytes.slice(from, to - from);
        LogSegment active = view.active();
        int position = active.sizeInBytes();
        active.file().append(run.duplicate());
        LeaderEpochIndex epochs = view.epochs();
        long endOffset = view.endOffset();
        for (RecordBatch batch : RecordBatches.of(run)) {
            epochs = note(batch, active, position, epochs);
            position += batch.sizeInBytes();
            endOffset = batch.nextOffset();
        }
        view = view.withEnd(endOffset, epochs);
    }

    /** Takes a written batch into all that is derived from batches. */
    private LeaderEpochIndex note(BatchHeader batch, LogSegment segment, int position, LeaderEpochIndex epochs) {
        segment.index(batch, position);
        producers.onAppended(batch);
        return epochs.with(batch.leaderEpoch(), batch.baseOffset());
    }

    private boolean rollUnlessFits(BatchHeader batch) {
        if (view.active().hasRoomFor(batch, 0, config.segmentBytes())) {
            return false;
        }
        roll();
        return true;
    }

    /** Begins a new segment at the log end. Its name and what the closed one left unflushed become durable at the next flush. */
    private void roll() {
        LogView now = view;
        now.active().seal();
        LogSegment next = LogSegment.open(directory, now.endOffset(), config);
        flush.addSnapshot(now.endOffset(), ProducerSnapshot.encode(producers, now.endOffset()));
        view = now.withSegment(next);
    }

    /** See {@link PartitionLog#truncateTo}. */
    void truncateTo(long endOffsetExclusive) {
        LogView now = view;
        if (endOffsetExclusive < now.logStartOffset() || endOffsetExclusive > now.endOffset()) {
            throw new IllegalArgumentException("cannot truncate to offset " + endOffsetExclusive + ", the log spans "
                    + now.logStartOffset() + " to " + now.endOffset());
        }
        int number = now.segmentOf(endOffsetExclusive);
        LogSegment last = now.segments()[number];
        if (endOffsetExclusive == now.endOffset()) {
            cut(now, number, last.sizeInBytes(), endOffsetExclusive);
        } else {
            SegmentCursor cursor = last.cursorAtBatchOf(endOffsetExclusive);
            cut(now, number, (int) cursor.position(), cursor.header().baseOffset());
        }
    }

    private void cut(LogView now, int number, int position, long endOffset) {
        flush.cutTo(endOffset, () -> {
            // Readers first: they see the shorter log before its files change.
            view = now.truncatedTo(number, endOffset);
            LogSegment[] segments = now.segments();
            for (int i = segments.length - 1; i > number; i--) {
                segments[i].delete();
            }
            if (position < segments[number].sizeInBytes()) {
                segments[number].truncateTo(position, endOffset);
            }
            segments[number].file().force();
            return view;
        });
        rebuildProducers();
    }

    private void rebuildProducers() {
        producers.clear();
        LogView now = view;
        long from = ProducerSnapshot.loadNewest(directory, now.endOffset(), now.logStartOffset(), producers);
        for (int i = now.segmentOf(from); i < now.segments().length; i++) {
            now.segments()[i].replay(from, producers::onAppended);
        }
    }

    /** See {@link PartitionLog#resetTo}. */
    void resetTo(long startOffset) {
        LogView now = view;
        flush.cutTo(0, () -> {
            for (int i = now.segments().length - 1; i >= 0; i--) {
                now.segments()[i].delete();
            }
            view = now.resetTo(LogSegment.open(directory, startOffset, config));
            return view;
        });
        producers.clear();
        flush.begin(view);
    }
}
