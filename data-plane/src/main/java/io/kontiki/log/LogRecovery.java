package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out what of a log is sound after a stop (rules R6 to R8). First everything is verified and nothing changed; then,
 * if only a torn tail was found, it is cut. Used once, by the thread that opens the log.
 */
final class LogRecovery {
    private static final int SCAN_CHUNK_BYTES = 1 << 20;

    private final LogDirectory directory;
    private final LogCheckpoints checkpoints;
    private final LogConfig config;
    private final Optional<CleanEnd> cleanEnd;
    private final RecoveryListener listener;
    private final OffsetCheckpoint stored;
    /** Below it everything was durable: what is missing there is damage. */
    private final long recoveryPoint;

    private final List<LogSegment> segments = new ArrayList<>();
    private final ProducerState producers;
    private LeaderEpochIndex epochs = LeaderEpochIndex.empty();
    private long endOffset;
    private long scannedBytes;
    private int rebuiltIndexes;

    /** Where the sound part of the log ends: in the segment of that number, at that position. */
    private record Cut(int segment, long position) {}

    /**
     * What recovery found and left behind.
     *
     * @param storedEpochs what the epoch checkpoint on disk says, empty if it is missing
     */
    record Recovered(
            LogView view,
            ProducerState producers,
            OffsetCheckpoint stored,
            LeaderEpochIndex storedEpochs,
            long activeSinceMillis,
            RecoveryReport report) {
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
        this.stored = checkpoints.readOffsets().orElseGet(this::missingCheckpoint);
        this.recoveryPoint = Math.max(
                stored.recoveryPoint(), cleanEnd.map(CleanEnd::endOffset).orElse(0L));
        this.producers = new ProducerState(config.maxProducerIds());
    }

    /** That of a new log is written before its first segment is: a log that is older never lacks it. */
    private OffsetCheckpoint missingCheckpoint() {
        if (!directory.offsetsWith(LogDirectory.LOG).isEmpty()) {
            return OffsetCheckpoint.UNKNOWN;
        }
        checkpoints.writeOffsets(OffsetCheckpoint.OF_NEW_LOG);
        return OffsetCheckpoint.OF_NEW_LOG;
    }

    /** @throws DamagedLogException if the log is not sound below the recovery point; nothing was changed then */
    Recovered run() {
        try {
            SegmentSwap.recover(directory);
            return recover();
        } catch (RuntimeException e) {
            segments.forEach(LogSegment::close);
            throw e;
        }
    }

    private Recovered recover() {
        List<Long> bases = directory.offsetsWith(LogDirectory.LOG);
        if (bases.isEmpty()) {
            if (recoveryPoint > 0) {
                String missing = directory.file(0, LogDirectory.LOG);
                throw new DamagedLogException(missing, 0, 0, recoveryPoint, "there is no segment at all");
            }
            bases = List.of(0L);
        }
        int first = bases.size() - 1;
        while (first > 0 && bases.get(first) > stored.logStartOffset()) {
            first--;
        }
        // A log start that was noted may have been the last word before the files below it went.
        for (long below : bases.subList(0, first)) {
            LogSegment.open(directory, below, config).delete();
        }
        for (long base : bases.subList(first, bases.size())) {
            segments.add(LogSegment.open(directory, base, config));
        }
        listener.onSegments(segments.size());
        int firstScanned = firstToScan();
        verifyClosed(firstScanned);
        restoreState(firstScanned);
        Optional<Cut> cut = scanFrom(firstScanned);
        if (endOffset < recoveryPoint) {
            LogSegment last = segments.get(segments.size() - 1);
            throw damage(last, last.sizeInBytes(), endOffset, "the log ends there");
        }
        long bytesBefore = totalBytes();
        int segmentsBefore = segments.size();
        cut.ifPresent(this::cutTo);
        makeDurable(firstScanned);
        CleanerCheckpoint.lowerTo(directory, endOffset);
        long logStart = Math.max(stored.logStartOffset(), segments.get(0).baseOffset());
        LogView view = LogView.of(segments, logStart, endOffset, epochs.startingAt(logStart));
        RecoveryReport report = new RecoveryReport(
                recoveryPoint,
                endOffset,
                scannedBytes,
                bytesBefore - totalBytes(),
                segmentsBefore - segments.size(),
                rebuiltIndexes,
                cleanEnd.isPresent() && !cleanEnd.get().equals(PartitionLog.cleanEndOf(view)));
        return new Recovered(
                view,
                producers,
                stored,
                checkpoints.readEpochs().orElse(LeaderEpochIndex.empty()),
                LogWriter.NOT_SEEN,
                report);
    }

    /**
     * The segment that holds the last durable record. The recovery point moves into a later segment only after all before
     * were flushed and their indexes written; while it is at a segment's very end, that had not happened yet.
     */
    private int firstToScan() {
        int first = segments.size() - 1;
        while (first > 0 && segments.get(first).baseOffset() >= recoveryPoint) {
            first--;
        }
        return first;
    }

    /** Segments below the recovery point: their end must be where the next one begins, with indexes or without. */
    private void verifyClosed(int firstScanned) {
        for (int i = 0; i < firstScanned; i++) {
            LogSegment segment = segments.get(i);
            long end = segments.get(i + 1).baseOffset();
            if (!segment.useIndexFiles() || !segment.endsAt(end)) {
                rebuildIndexes(segment, end);
                rebuiltIndexes++;
            }
            listener.onSegmentDone(0);
        }
    }

    private void rebuildIndexes(LogSegment segment, long end) {
        segment.forgetIndexes();
        SegmentCursor cursor =
                new SegmentCursor(segment.file(), 0, segment.file().size(), SCAN_CHUNK_BYTES);
        long expected = segment.baseOffset();
        try {
            while (cursor.advance() && follows(cursor.header(), expected)) {
                segment.index(cursor.header(), (int) cursor.position());
                expected = cursor.header().nextOffset();
            }
        } catch (InvalidBatchException garbage) {
            throw damage(segment, cursor.position(), expected, garbage.getMessage());
        }
        if (cursor.position() != segment.file().size() || expected != end) {
            throw damage(segment, cursor.position(), expected, "the next segment begins at offset " + end);
        }
        segment.seal();
    }

    /** Epochs and producers up to the scan: from their files, and what these do not cover from batch headers. */
    private void restoreState(int firstScanned) {
        long logStart = segments.get(0).baseOffset();
        long scanStart = segments.get(firstScanned).baseOffset();
        Optional<LeaderEpochIndex> stored = checkpoints.readEpochs();
        epochs = stored.orElse(LeaderEpochIndex.empty()).truncatedTo(scanStart);
        long epochsFrom = stored.isPresent() ? scanStart : logStart;
        long producersFrom = ProducerSnapshot.loadNewest(directory, scanStart, logStart, producers);
        long from = Math.min(epochsFrom, producersFrom);
        for (int i = 0; i < firstScanned; i++) {
            if (segments.get(i + 1).baseOffset() > from) {
                replay(segments.get(i), from, epochsFrom, producersFrom);
            }
        }
    }

    private void replay(LogSegment segment, long from, long epochsFrom, long producersFrom) {
        try {
            segment.replay(from, batch -> {
                if (batch.baseOffset() >= epochsFrom) {
                    epochs = epochs.with(batch.leaderEpoch(), batch.baseOffset());
                }
                if (batch.baseOffset() >= producersFrom) {
                    producers.onAppended(batch);
                }
            });
        } catch (InvalidBatchException | IllegalArgumentException garbage) {
            throw damage(segment, 0, segment.baseOffset(), garbage.getMessage());
        }
    }

    private Optional<Cut> scanFrom(int firstScanned) {
        endOffset = segments.get(firstScanned).baseOffset();
        for (int i = firstScanned; i < segments.size(); i++) {
            LogSegment segment = segments.get(i);
            if (segment.baseOffset() != endOffset) {
                requireAboveRecoveryPoint(
                        segments.get(i - 1),
                        segments.get(i - 1).sizeInBytes(),
                        "the next segment begins at offset " + segment.baseOffset());
                return Optional.of(new Cut(i - 1, segments.get(i - 1).sizeInBytes()));
            }
            long position = scan(segment);
            if (position < segment.file().size()) {
                return Optional.of(new Cut(i, position));
            }
            if (i < segments.size() - 1) {
                segment.seal();
            }
            listener.onSegmentDone(segment.sizeInBytes());
        }
        return Optional.empty();
    }

    /** Verifies each batch and takes it into indexes, epochs and producers; the position behind the last sound one. */
    private long scan(LogSegment segment) {
        segment.forgetIndexes();
        SegmentCursor cursor =
                new SegmentCursor(segment.file(), 0, segment.file().size(), SCAN_CHUNK_BYTES);
        String wrong = "the last batch is cut short";
        try {
            while (cursor.advance()) {
                cursor.batch().ensureValidChecksum();
                requireContinues(cursor.header());
                take(segment, cursor);
            }
        } catch (InvalidBatchException garbage) {
            wrong = garbage.getMessage();
        }
        if (cursor.position() < segment.file().size()) {
            requireAboveRecoveryPoint(segment, cursor.position(), wrong);
        }
        return cursor.position();
    }

    private void requireContinues(BatchHeader batch) {
        int lastEpoch = epochs.latestEpoch().orElse(0);
        if (!follows(batch, endOffset) || batch.lastOffsetDelta() < 0 || batch.leaderEpoch() < lastEpoch) {
            throw new InvalidBatchException(
                    InvalidBatchException.Reason.INVALID_RECORD,
                    "batch has base offset " + batch.baseOffset() + ", last offset delta " + batch.lastOffsetDelta()
                            + " and leader epoch " + batch.leaderEpoch() + ", expected base offset " + endOffset
                            + (stored.mayHaveGaps() ? " or above" : "") + " and an epoch from " + lastEpoch + " on");
        }
    }

    private boolean follows(BatchHeader batch, long expected) {
        return batch.baseOffset() == expected || stored.mayHaveGaps() && batch.baseOffset() > expected;
    }

    private void take(LogSegment segment, SegmentCursor cursor) {
        BatchHeader batch = cursor.header();
        segment.index(batch, (int) cursor.position());
        epochs = epochs.with(batch.leaderEpoch(), batch.baseOffset());
        producers
                .onAppended(batch.isControl() && batch.isTransactional() ? cursor.batch() : batch)
                .ifPresent(segment::addAborted);
        endOffset = batch.nextOffset();
        scannedBytes += batch.sizeInBytes();
    }

    private void requireAboveRecoveryPoint(LogSegment segment, long position, String wrong) {
        if (endOffset < recoveryPoint) {
            throw damage(segment, position, endOffset, wrong);
        }
    }

    private DamagedLogException damage(LogSegment segment, long position, long offset, String wrong) {
        return new DamagedLogException(segment.file().path(), position, offset, recoveryPoint, wrong);
    }

    /** From the last segment backwards, so that a power cut leaves no gap. */
    private void cutTo(Cut cut) {
        while (segments.size() - 1 > cut.segment()) {
            segments.remove(segments.size() - 1).delete();
        }
        segments.get(cut.segment()).file().truncate(cut.position());
    }

    private void makeDurable(int firstScanned) {
        directory.deleteUnfinished();
        ProducerSnapshot.deleteAbove(directory, endOffset);
        for (LogSegment segment : segments.subList(firstScanned, segments.size())) {
            segment.file().force();
        }
        directory.force();
    }

    private long totalBytes() {
        return segments.stream().mapToLong(LogSegment::sizeInBytes).sum();
    }
}
