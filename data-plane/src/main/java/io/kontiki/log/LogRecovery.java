package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.storage.DiskFullException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what of a log is sound after a stop (rules R6 to R8). If a clean stop vouches for its end and it loads like
 * that, nothing is verified. Else everything is, from the segment with the recovery point on, and nothing changed; then, if
 * only a torn tail was found, it is cut. Used once, by the thread that opens the log.
 */
final class LogRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    private final LogDirectory directory;
    private final LogCheckpoints checkpoints;
    private final LogConfig config;
    private final Optional<CleanEnd> cleanEnd;
    private final RecoveryListener listener;
    private final List<LogSegment> segments = new ArrayList<>();
    private final DerivedState state;
    private DurableRange durable;
    private Optional<LeaderEpochIndex> storedEpochs = Optional.empty();
    private long endOffset;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long scannedBytes;
    private long cutBytes;
    private int droppedSegments;
    private int rebuiltIndexes;

    /** Where the sound part of the log ends: in the segment of that number, at that position. */
    private record Cut(int segment, long position) {}

    /**
     * What recovery found and left behind.
     *
     * @param snapshots of the producers at segments' bases, yet to be written
     * @param stored what the log had noted
     * @param storedEpochs what the file of the epochs says, empty if that is not to be relied upon
     * @param activeSinceMillis when the active segment's first batch came, or {@link LogWriter#NOT_SEEN}
     */
    record Recovered(
            LogView view,
            ProducerState producers,
            Map<Long, byte[]> snapshots,
            OffsetCheckpoint stored,
            LeaderEpochIndex storedEpochs,
            long activeSinceMillis,
            RecoveryReport report) {
        /** Of a log that has just been made. */
        static Recovered nothing(LogSegment first, int maxProducerIds) {
            return new Recovered(
                    LogView.of(List.of(first), 0, 0, LeaderEpochIndex.empty()),
                    new ProducerState(maxProducerIds),
                    Map.of(),
                    OffsetCheckpoint.OF_NEW_LOG,
                    LeaderEpochIndex.empty(),
                    LogWriter.NOT_SEEN,
                    new RecoveryReport(0, 0, 0, 0, 0, 0, false));
        }

        /** Rule R15: no more than a hint. */
        long highWatermarkHint() {
            return Math.max(view.logStartOffset(), Math.min(stored.highWatermark(), view.endOffset()));
        }
    }

    LogRecovery(
            LogDirectory directory,
            LogCheckpoints checkpoints,
            LogConfig config,
            Optional<CleanEnd> cleanEnd,
            RecoveryListener listener) {
        this.directory = directory;
        this.checkpoints = checkpoints;
        this.config = config;
        this.cleanEnd = cleanEnd;
        this.listener = listener;
        this.durable = DurableRange.of(checkpoints.readOffsets(), cleanEnd);
        this.state = new DerivedState(directory, config.maxProducerIds());
    }

    /** @throws DamagedLogException if the log is not sound where it was durable; no batch was changed then */
    Recovered run() {
        try {
            SegmentSwap.recover(directory);
            openSegments();
            listener.onSegments(segments.size());
            if (cleanEnd.isEmpty() || !loads(cleanEnd.get())) {
                verify();
            }
            return recovered();
        } catch (RuntimeException e) {
            segments.forEach(LogSegment::close);
            throw e;
        }
    }

    private Recovered recovered() {
        long logStart =
                Math.max(durable.note().logStartOffset(), segments.get(0).baseOffset());
        LogView view = LogView.of(segments, logStart, endOffset, epochsFrom(logStart));
        RecoveryReport report = new RecoveryReport(
                durable.recoveryPoint(),
                endOffset,
                scannedBytes,
                cutBytes,
                droppedSegments,
                rebuiltIndexes,
                cleanEnd.filter(told -> contradicts(told, view)).isPresent());
        return new Recovered(
                view,
                state.producers(),
                state.snapshots(),
                durable.note(),
                storedEpochs.orElse(LeaderEpochIndex.empty()),
                activeSinceMillis(),
                report);
    }

    /** A log that had given up all of its records may hold some again: a full disk takes no note of the log start. */
    private static boolean contradicts(CleanEnd told, LogView view) {
        CleanEnd found = view.cleanEnd();
        return told.endOffset() != found.endOffset()
                || told.lastEpoch() != CleanEnd.NO_EPOCH && told.lastEpoch() != found.lastEpoch();
    }

    private LeaderEpochIndex epochsFrom(long logStart) {
        LeaderEpochIndex told = state.epochs().startingAt(logStart);
        return storedEpochs
                .filter(noted -> logStart == durable.note().logStartOffset()
                        && logStart < durable.note().recoveryPoint())
                .map(noted -> told.beginningAs(noted, logStart))
                .orElse(told)
                .truncatedTo(endOffset);
    }

    private LogSegment last() {
        return segments.get(segments.size() - 1);
    }

    /** The first batch tells, as far as its producer's clock was right. */
    private long activeSinceMillis() {
        SegmentCursor cursor = new SegmentCursor(last().file(), 0, last().file().size(), BatchHeader.BYTES);
        boolean known = cursor.advance() && cursor.header().maxTimestampMs() != BatchHeader.NO_TIMESTAMP;
        return known ? cursor.header().maxTimestampMs() : LogWriter.NOT_SEEN;
    }

    // ---- What there is

    private void openSegments() {
        List<Long> bases = directory.offsetsWith(LogDirectory.LOG);
        requireStart(bases);
        if (bases.isEmpty() && durable.isNoteLost()) {
            // Not lost: the log is new. Before its first segment is, or the two could not be told apart.
            checkpoints.writeOffsets(OffsetCheckpoint.OF_NEW_LOG);
            durable = DurableRange.of(Optional.of(OffsetCheckpoint.OF_NEW_LOG), cleanEnd);
        }
        if (!durable.isNoteLost()) {
            // Without entries the file is never written.
            storedEpochs = checkpoints
                    .readEpochs()
                    .or(() -> Optional.of(LeaderEpochIndex.empty()))
                    .filter(durable.note()::vouchesFor);
        }
        int first = durable.firstSegment(bases);
        if (first > 0 && bases.get(first) == durable.note().logStartOffset() && !hasSnapshotAt(bases.get(first))) {
            // The segment below, which was given up, tells the producers.
            first--;
        }
        for (int i = 0; i < bases.size(); i++) {
            LogSegment segment = LogSegment.open(directory, bases.get(i), config);
            if (i < first) {
                // The log start was noted, but the power went before the files below it.
                segment.delete();
            } else {
                segments.add(segment);
            }
        }
        if (segments.isEmpty()) {
            // Whose log it is may have been noted by an attempt that came no further.
            directory.force();
            segments.add(LogSegment.open(directory, durable.note().logStartOffset(), config));
        }
    }

    private boolean hasSnapshotAt(long baseOffset) {
        return directory.disk().exists(directory.file(baseOffset, LogDirectory.SNAPSHOT));
    }

    private void requireStart(List<Long> bases) {
        Optional<DamagedLogException> missing = durable.missingStart(directory, bases);
        if (missing.isPresent()) {
            throw missing.get();
        }
    }

    // ---- After a clean stop

    /** Loads what the clean stop left, if that is all there and ends as it should. */
    private boolean loads(CleanEnd end) {
        sealBelow(segments.size() - 1);
        last().sealAt(end.endOffset());
        boolean loaded = durable.note().recoveryPoint() == end.endOffset()
                && durable.note().logStartOffset() >= segments.get(0).baseOffset()
                && storedEpochs.isPresent()
                && storedEpochs.get().truncatedTo(end.endOffset()).latestEpoch().orElse(CleanEnd.NO_EPOCH)
                        == end.lastEpoch()
                && last().endsAt(end.endOffset())
                && last().transactions().isPresent()
                && state.load(end.endOffset(), storedEpochs.get());
        if (!loaded) {
            return false;
        }
        // It grows again: what its index files say will not be true any more.
        last().truncateTo(last().sizeInBytes(), end.endOffset());
        endOffset = end.endOffset();
        segments.forEach(segment -> listener.onSegmentDone(0));
        return true;
    }

    // ---- After any other

    private void verify() {
        int firstScanned = firstToScan();
        verifySealed(firstScanned);
        state.restore(segments.subList(0, firstScanned + 1), durable, storedEpochs);
        Optional<Cut> cut = scanFrom(firstScanned);
        durable.endAt(endOffset).ifPresent(wrong -> {
            throw durable.damage(last().file().path(), last().sizeInBytes(), endOffset, wrong);
        });
        CleanerCheckpoint.lowerTo(directory, endOffset);
        long bytesBefore = totalBytes();
        int segmentsBefore = segments.size();
        cut.ifPresent(this::cutTo);
        cutBytes = bytesBefore - totalBytes();
        droppedSegments = segmentsBefore - segments.size();
        if (endsAReset()) {
            startAnew();
        }
        makeDurable(Math.min(firstScanned, segments.size() - 1));
        dropGivenUp();
    }

    /** Once their snapshot is on disk, producers need the segment below the log start no more; without room it stays (R11). */
    private void dropGivenUp() {
        long logStart = durable.note().logStartOffset();
        byte[] snapshot = state.snapshots().get(logStart);
        if (snapshot != null && segments.size() > 1 && segments.get(1).baseOffset() == logStart) {
            try {
                ProducerSnapshot.write(directory, logStart, snapshot);
            } catch (DiskFullException e) {
                LOG.warn("log {} keeps a segment that was given up: {}", directory.path(), e.getMessage());
                return;
            }
            segments.remove(0).delete();
            directory.force();
        }
    }

    /**
     * The segment that holds the last durable record. The recovery point moves into a later segment only after all before
     * were flushed and their indexes written; while it is at a segment's very end, that had not happened yet.
     */
    private int firstToScan() {
        int first = segments.size() - 1;
        while (first > 0 && segments.get(first).baseOffset() >= durable.recoveryPoint()) {
            first--;
        }
        return first;
    }

    /** Segments below the recovery point: their end must be where the next one begins, with sound indexes or without. */
    private void verifySealed(int firstScanned) {
        sealBelow(firstScanned);
        for (int i = 0; i < firstScanned; i++) {
            LogSegment segment = segments.get(i);
            long end = segments.get(i + 1).baseOffset();
            if (!segment.endsAt(end)) {
                // Whoever looks something up there makes the indexes again.
                requireEnd(segment, end);
                rebuiltIndexes++;
            }
            listener.onSegmentDone(0);
        }
    }

    private void sealBelow(int number) {
        for (int i = 0; i < number; i++) {
            segments.get(i).sealAt(segments.get(i + 1).baseOffset());
        }
    }

    private void requireEnd(LogSegment segment, long end) {
        BatchOrder order = new BatchOrder(durable.gapsBelow(), 0);
        SegmentWalk walk = walkOver(segment, order);
        walk.run((batch, position) -> true).or(() -> order.endBefore(end)).ifPresent(wrong -> {
            throw durable.damage(segment.file().path(), walk.position(), order.nextOffset(), wrong);
        });
    }

    private SegmentWalk walkOver(LogSegment segment, BatchOrder order) {
        // Thousands of logs have a few bytes each.
        int wanted = Math.max(BatchHeader.BYTES, Math.min(SegmentWalk.CHUNK_BYTES, segment.sizeInBytes()));
        if (chunk.capacity() < wanted) {
            chunk = ByteBuffer.allocate(wanted);
        }
        return new SegmentWalk(segment.file(), segment.baseOffset(), order, chunk);
    }

    private Optional<Cut> scanFrom(int firstScanned) {
        BatchOrder order =
                new BatchOrder(durable.gapsBelow(), state.epochs().latestEpoch().orElse(0));
        for (int i = firstScanned; i < segments.size(); i++) {
            LogSegment segment = segments.get(i);
            if (i > firstScanned) {
                LogSegment before = segments.get(i - 1);
                Optional<String> gap = order.endBefore(segment.baseOffset());
                if (gap.isPresent()) {
                    return Optional.of(cutAt(i - 1, before.sizeInBytes(), gap.get()));
                }
                before.seal();
            }
            if (i > firstScanned || i > 0 && !hasSnapshotAt(segment.baseOffset())) {
                state.onSegment(segment.baseOffset());
            }
            SegmentWalk walk = walkOver(segment, order);
            Optional<String> wrong = scan(segment, walk);
            endOffset = order.nextOffset();
            listener.onSegmentDone(walk.position());
            if (wrong.isPresent()) {
                return Optional.of(cutAt(i, walk.position(), wrong.get()));
            }
        }
        return Optional.empty();
    }

    private Optional<String> scan(LogSegment segment, SegmentWalk walk) {
        segment.forgetIndexes();
        return walk.run((batch, position) -> {
            state.take(segment, batch, (int) position);
            scannedBytes += batch.sizeInBytes();
            return true;
        });
    }

    /** Rule R7: what is wrong where the log was durable is no torn tail. */
    private Cut cutAt(int segment, long position, String wrong) {
        if (durable.covers(endOffset)) {
            throw durable.damage(segments.get(segment).file().path(), position, endOffset, wrong);
        }
        return new Cut(segment, position);
    }

    // ---- What is changed

    /** From the last segment backwards, so that a power cut leaves no gap. */
    private void cutTo(Cut cut) {
        while (segments.size() - 1 > cut.segment()) {
            segments.remove(segments.size() - 1).delete();
        }
        segments.get(cut.segment()).file().truncate(cut.position());
    }

    /**
     * Whether all that is there lies below the log start, as after a reset that a stop interrupted (rule F11). If it ends
     * right there, it may as well be that all records were deleted; then the snapshot says the same as the batches.
     */
    private boolean endsAReset() {
        long logStart = durable.note().logStartOffset();
        return endOffset < logStart
                || endOffset == logStart
                        && endOffset == durable.recoveryPoint()
                        && last().baseOffset() < endOffset
                        && ProducerSnapshot.load(directory, endOffset, new ProducerState(config.maxProducerIds()));
    }

    /** The producers are those of the snapshot there, not those of the batches below. */
    private void startAnew() {
        while (!segments.isEmpty()) {
            segments.remove(segments.size() - 1).delete();
        }
        long logStart = durable.note().logStartOffset();
        state.startAt(logStart, endOffset == logStart);
        endOffset = logStart;
        segments.add(LogSegment.open(directory, endOffset, config));
    }

    private void makeDurable(int firstScanned) {
        directory.deleteUnfinished();
        Set<Long> bases = segments.stream().map(LogSegment::baseOffset).collect(Collectors.toSet());
        directory.deleteIndexesWithout(bases);
        // Another one may be of a reset that a stop prevented.
        ProducerSnapshot.deleteOutside(directory, bases);
        for (LogSegment segment : segments.subList(firstScanned, segments.size())) {
            segment.file().force();
        }
        directory.force();
        if (durable.isNoteLost()) {
            LOG.warn(
                    "log {}: its offset-checkpoint was lost; all up to offset {} is sound",
                    directory.path(),
                    endOffset);
        }
    }

    private long totalBytes() {
        return segments.stream().mapToLong(LogSegment::sizeInBytes).sum();
    }
}
