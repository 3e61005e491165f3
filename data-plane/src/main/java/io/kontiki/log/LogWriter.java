package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * What changes a log. Belongs to the log's writer thread, except that any thread may take the {@link #view()} and that the
 * cleaner's thread exchanges closed segments: hence the view changes by compare-and-set. Failures of the disk pass through
 * as {@link io.kontiki.storage.StorageException}.
 */
final class LogWriter {
    /** Stands for: the active segment is empty, or nobody looked since its first batch. */
    static final long NOT_SEEN = Long.MAX_VALUE;

    private static final int WALK_CHUNK_BYTES = 64 * 1024;

    private final LogDirectory directory;
    private volatile LogConfig config;
    private final ProducerState producers;
    private final LogFlush flush;
    private final ProducerSnapshots snapshots;
    /** The header of the batch that is being appended, with the leader's stamp. */
    private final ByteBuffer stamped = ByteBuffer.allocate(BatchHeader.BYTES);

    private final AtomicReference<LogView> view;
    /** A segment was begun since the last append that told so. */
    private boolean rolled;
    /** When the active segment's first batch came, in ms since 1970, or {@link #NOT_SEEN}. */
    private long activeSinceMillis;

    LogWriter(
            LogDirectory directory,
            LogConfig config,
            LogRecovery.Recovered recovered,
            LogFlush flush,
            ProducerSnapshots snapshots) {
        this.directory = directory;
        this.config = config;
        this.producers = recovered.producers();
        this.flush = flush;
        this.snapshots = snapshots;
        this.view = new AtomicReference<>(recovered.view());
        this.activeSinceMillis = recovered.activeSinceMillis();
    }

    /** Any thread. */
    LogView view() {
        return view.get();
    }

    /** Any thread. */
    ProducerSnapshots snapshots() {
        return snapshots;
    }

    ProducerState producers() {
        return producers;
    }

    /** Any thread. */
    LogConfig config() {
        return config;
    }

    /** See {@link PartitionLog#configure}. */
    void configure(LogConfig newConfig) {
        config = newConfig;
    }

    private void change(UnaryOperator<LogView> to) {
        view.updateAndGet(to);
    }

    /** Shows readers what was appended. */
    private void publish(long endOffset, LeaderEpochIndex epochs) {
        LogView now = view();
        while (!view.compareAndSet(now, now.withEnd(endOffset, epochs))) {
            now = view();
        }
    }

    /** See {@link PartitionLog#beginEpoch}. */
    void beginEpoch(int leaderEpoch) {
        requireEpoch(leaderEpoch);
        LogView now = view();
        publish(now.endOffset(), now.epochs().with(leaderEpoch, now.endOffset()));
    }

    private void requireEpoch(int leaderEpoch) {
        int latest = view().epochs().latestEpoch().orElse(0);
        if (leaderEpoch < latest) {
            throw new IllegalArgumentException("leader epoch " + leaderEpoch + " is below the latest epoch " + latest);
        }
    }

    /** See {@link PartitionLog#appendAsLeader}. */
    AppendInfo appendAsLeader(ByteBuffer batch, int leaderEpoch, OptionalLong appendTimeMillis) {
        requireEpoch(leaderEpoch);
        int start = batch.position();
        int size = RecordBatch.at(batch, start).sizeInBytes();
        if (size != batch.remaining()) {
            throw new IllegalArgumentException("one batch of " + size + " bytes, but " + batch.remaining() + " given");
        }
        stamped.clear().put(0, batch, start, BatchHeader.BYTES);
        ByteBuffer records = batch.slice(start + BatchHeader.BYTES, size - BatchHeader.BYTES);
        RecordBatchBuilder.stampLeader(stamped, view().endOffset(), leaderEpoch);
        if (appendTimeMillis.isPresent()) {
            RecordBatchBuilder.stampLogAppendTime(stamped, records, appendTimeMillis.getAsLong());
        }
        BatchHeader header = BatchHeader.at(stamped, 0);
        if (!view().active().hasRoomFor(header, 0, config.segmentBytes())) {
            roll();
        }
        LogSegment active = view().active();
        int position = active.sizeInBytes();
        active.file().append(stamped, records);
        publish(header.nextOffset(), note(whole(header, records), active, position, view().epochs()));
        return appended(header.baseOffset(), header.maxTimestampMs(), size);
    }

    /** Of a transaction's marker it is the record that tells what became of it. */
    private BatchHeader whole(BatchHeader header, ByteBuffer records) {
        if (!header.isControl() || !header.isTransactional()) {
            return header;
        }
        ByteBuffer batch = ByteBuffer.allocate(BatchHeader.BYTES + records.capacity());
        batch.put(0, stamped, 0, BatchHeader.BYTES).put(BatchHeader.BYTES, records, 0, records.capacity());
        return RecordBatch.at(batch, 0);
    }

    private AppendInfo appended(long baseOffset, long maxTimestampMs, int bytes) {
        boolean tellRolled = rolled;
        rolled = false;
        return new AppendInfo(baseOffset, view().endOffset() - 1, maxTimestampMs, bytes, tellRolled);
    }

    /** See {@link PartitionLog#appendAsFollower}. */
    AppendInfo appendAsFollower(ByteBuffer batches) {
        ByteBuffer bytes = new FollowingBatches(directory.path(), view()).withoutGaps(batches.slice());
        long baseOffset = view().endOffset();
        long maxTimestampMs = BatchHeader.NO_TIMESTAMP;
        int runStart = 0;
        int runEnd = 0;
        for (RecordBatch batch : RecordBatches.of(bytes)) {
            if (!view().active().hasRoomFor(batch, runEnd - runStart, config.segmentBytes())) {
                writeRun(bytes, runStart, runEnd);
                runStart = runEnd;
                roll();
            }
            runEnd += batch.sizeInBytes();
            maxTimestampMs = Math.max(maxTimestampMs, batch.maxTimestampMs());
        }
        writeRun(bytes, runStart, runEnd);
        return appended(baseOffset, maxTimestampMs, runEnd);
    }

    /** Writes batches that belong to the active segment, in one piece. */
    private void writeRun(ByteBuffer bytes, int from, int to) {
        if (from == to) {
            return;
        }
        ByteBuffer run = bytes.slice(from, to - from);
        LogSegment active = view().active();
        int position = active.sizeInBytes();
        active.file().append(run.duplicate());
        LeaderEpochIndex epochs = view().epochs();
        long endOffset = view().endOffset();
        for (RecordBatch batch : RecordBatches.of(run)) {
            epochs = note(batch, active, position, epochs);
            position += batch.sizeInBytes();
            endOffset = batch.nextOffset();
        }
        publish(endOffset, epochs);
    }

    /** Takes a written batch into all that is derived from batches. */
    private LeaderEpochIndex note(BatchHeader batch, LogSegment segment, int position, LeaderEpochIndex epochs) {
        segment.index(batch, position);
        producers.onAppended(batch).ifPresent(segment::addAborted);
        return epochs.with(batch.leaderEpoch(), batch.baseOffset());
    }

    /**
     * Begins a new segment at the log end. Its name and what the closed one left unflushed become durable at the next flush.
     * If there is no room for its file, nothing has changed.
     */
    private void roll() {
        LogView now = view();
        LogSegment next = LogSegment.open(directory, now.endOffset(), config);
        now.active().seal();
        ProducerState.Frozen state = producers.freeze();
        snapshots.add(now.endOffset(), () -> ProducerSnapshot.encode(state, now.endOffset()));
        change(to -> to.withSegment(next));
        if (now.logStartOffset() == next.baseOffset()) {
            // The log start had passed the segment while it grew.
            startAt(now.logStartOffset());
        }
        rolled = true;
        activeSinceMillis = NOT_SEEN;
    }

    /** See {@link PartitionLog#rollIfDue}. */
    boolean rollIfDue(long nowMillis) {
        if (view().active().sizeInBytes() == 0) {
            activeSinceMillis = NOT_SEEN;
            return false;
        }
        activeSinceMillis = Math.min(nowMillis, activeSinceMillis);
        if (nowMillis - activeSinceMillis < config.segmentMillis()) {
            return false;
        }
        roll();
        return true;
    }

    /** See {@link PartitionLog#millisToRoll}. */
    long millisToRoll(long nowMillis) {
        if (view().active().sizeInBytes() == 0) {
            return Long.MAX_VALUE;
        }
        if (activeSinceMillis == NOT_SEEN) {
            return 0;
        }
        return Math.max(0, config.segmentMillis() - (nowMillis - activeSinceMillis));
    }

    /** See {@link PartitionLog#raiseLogStart}. */
    void raiseLogStart(long offset) {
        LogView before = view();
        if (offset > before.endOffset()) {
            throw new IllegalArgumentException("cannot start the log " + directory.path() + " at offset " + offset
                    + ", it ends at " + before.endOffset());
        }
        if (offset <= before.logStartOffset()) {
            return;
        }
        startAt(offset);
    }

    private void startAt(long offset) {
        while (true) {
            LogView now = view();
            List<LogSegment> below = Arrays.asList(now.segments()).subList(0, now.segmentOf(offset));
            // First, so that no flush misses them.
            flush.drop(below);
            if (view.compareAndSet(now, now.startingAt(offset))) {
                return;
            }
            flush.keep(below);
        }
    }

    /** See {@link PartitionLog#exchange}. Cleaner's thread. */
    boolean exchange(LogView seen, List<LogSegment> replaced, LogSegment by, Runnable files) {
        return flush.exchange(this::view, () -> exchangeInView(seen, replaced, by), files);
    }

    /** See {@link PartitionLog#noteCleaned}. Cleaner's thread. */
    boolean noteCleaned(LogView seen, CleanerCheckpoint progress) {
        return flush.noteCleaned(() -> view().cuts() == seen.cuts(), progress, this::view);
    }

    private boolean exchangeInView(LogView seen, List<LogSegment> replaced, LogSegment by) {
        while (true) {
            LogView now = view();
            if (now.cuts() != seen.cuts()) {
                return false;
            }
            Optional<LogView> exchanged = now.exchanged(replaced, by);
            if (exchanged.isEmpty()) {
                return false;
            }
            if (view.compareAndSet(now, exchanged.get())) {
                return true;
            }
        }
    }

    /** See {@link PartitionLog#truncateTo}. */
    void truncateTo(long endOffsetExclusive) {
        flush.exclusively(() -> truncate(endOffsetExclusive));
    }

    private void truncate(long endOffsetExclusive) {
        LogView now = view();
        if (endOffsetExclusive < now.logStartOffset() || endOffsetExclusive > now.endOffset()) {
            throw new IllegalArgumentException("cannot truncate to offset " + endOffsetExclusive + ", the log spans "
                    + now.logStartOffset() + " to " + now.endOffset());
        }
        int number = now.segmentOf(endOffsetExclusive);
        LogSegment last = now.segments()[number];
        if (endOffsetExclusive == now.endOffset()) {
            cut(now, number, last.sizeInBytes(), endOffsetExclusive);
        } else {
            SegmentCursor cursor = last.reader().cursorAtBatchOf(endOffsetExclusive);
            int position = (int) cursor.position();
            cut(now, number, position, endBefore(last, position, cursor.header().baseOffset()));
        }
        rebuildProducers();
        activeSinceMillis = NOT_SEEN;
    }

    /** Where the log ends if it is cut before a batch: behind the one before, which is not there if compaction took it. */
    private long endBefore(LogSegment segment, int position, long baseOffset) {
        if (!flush.mayHaveGaps()) {
            return baseOffset;
        }
        SegmentCursor cursor = new SegmentCursor(segment.file(), 0, position, WALK_CHUNK_BYTES);
        long end = segment.baseOffset();
        while (cursor.advance()) {
            end = cursor.header().nextOffset();
        }
        return end;
    }

    private void cut(LogView now, int number, int position, long endOffset) {
        AbortedTransactions.index(snapshots, now, number);
        flush.cutTo(endOffset, () -> {
            // Readers first: they see the shorter log before its files change.
            change(to -> to.truncatedTo(number, endOffset));
            LogSegment[] segments = now.segments();
            for (int i = segments.length - 1; i > number; i--) {
                segments[i].delete();
            }
            if (position < segments[number].sizeInBytes()) {
                segments[number].truncateTo(position, endOffset);
            }
            segments[number].file().force();
            return view();
        });
    }

    private void rebuildProducers() {
        producers.clear();
        LogView now = view();
        snapshots.restore(now, now.endOffset(), producers);
    }

    /** See {@link PartitionLog#producerSnapshotAt}. Any thread. */
    ByteBuffer producerSnapshotAt(LogView seen, long offset) {
        long first = seen.segments()[0].baseOffset();
        if (offset < first || offset > seen.endOffset()) {
            throw new OffsetOutOfRangeException(directory.path(), offset, first, seen.endOffset());
        }
        ProducerState then = new ProducerState(config.maxProducerIds());
        snapshots.restore(seen, offset, then);
        return ByteBuffer.wrap(ProducerSnapshot.encode(then, offset));
    }

    /** See {@link PartitionLog#resetTo}. */
    void resetTo(long startOffset, LeaderEpochIndex epochs, ByteBuffer producerSnapshot) {
        flush.exclusively(() -> reset(startOffset, epochs.truncatedTo(startOffset + 1), producerSnapshot));
    }

    private void reset(long startOffset, LeaderEpochIndex epochs, ByteBuffer producerSnapshot) {
        ProducerState sent = new ProducerState(config.maxProducerIds());
        if (producerSnapshot.hasRemaining()
                && !ProducerSnapshot.decode(producerSnapshot.duplicate(), startOffset, sent)) {
            throw new IllegalArgumentException("not a producer snapshot at offset " + startOffset);
        }
        if (view().endOffset() > startOffset) {
            truncate(Math.max(startOffset, view().logStartOffset()));
        }
        long start = view().logStartOffset();
        if (start > startOffset) {
            // Files below the log start may reach the offset: until the reset is noted, its producers would pass for
            // theirs.
            startAnew(start, view().epochs(), ProducerSnapshot.encode(producers, start));
        }
        startAnew(startOffset, epochs, ProducerSnapshot.encode(sent, startOffset));
        producers.replaceBy(sent);
        activeSinceMillis = NOT_SEEN;
    }

    private void startAnew(long startOffset, LeaderEpochIndex epochs, byte[] producerSnapshot) {
        LogView now = view();
        flush.resetTo(startOffset, producerSnapshot, () -> {
            // From the last one backwards, so that a power cut leaves no gap.
            for (int i = now.segments().length - 1; i >= 0; i--) {
                now.segments()[i].delete();
            }
            flush.deleteDropped();
            LogSegment only = LogSegment.open(directory, startOffset, config);
            change(to -> to.resetTo(only, epochs.startingAt(startOffset)));
            return view();
        });
    }

    /** See {@link PartitionLog#close}. */
    void finish() {
        long endOffset = view().endOffset();
        snapshots.add(endOffset, () -> ProducerSnapshot.encode(producers, endOffset));
        flush.finish(this::view);
    }
}
