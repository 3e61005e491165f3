package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.InvalidBatchException.Reason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    private static final int SCAN_CHUNK_BYTES = 1 << 20;

    private final LogDirectory directory;
    private final LogCheckpoints checkpoints;
    private final LogConfig config;
    private final Optional<CleanEnd> cleanEnd;
    private final RecoveryListener listener;
    private final List<LogSegment> segments = new ArrayList<>();
    private final ProducerState producers;
    private OffsetCheckpoint stored = OffsetCheckpoint.UNKNOWN;
    /** It is written before the first segment is, and never but as a whole: so the disk has lost it. */
    private boolean noteLost;

    private Optional<LeaderEpochIndex> storedEpochs = Optional.empty();
    /** Below it everything was durable: what is missing there is damage. */
    private long recoveryPoint;

    private LeaderEpochIndex epochs = LeaderEpochIndex.empty();
    private long endOffset;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private final Map<Long, byte[]> snapshots = new TreeMap<>();
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
        this.producers = new ProducerState(config.maxProducerIds());
    }

    /** @throws DamagedLogException if the log is not sound below the recovery point; nothing was changed then */
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
        long logStart = Math.max(stored.logStartOffset(), segments.get(0).baseOffset());
        LogView view = LogView.of(
                segments, logStart, endOffset, epochs.startingAt(logStart).truncatedTo(endOffset));
        RecoveryReport report = new RecoveryReport(
                recoveryPoint,
                endOffset,
                scannedBytes,
                cutBytes,
                droppedSegments,
                rebuiltIndexes,
                cleanEnd.isPresent() && !cleanEnd.get().equals(view.cleanEnd()));
        return new Recovered(
                view,
                producers,
                snapshots,
                stored,
                storedEpochs.orElse(LeaderEpochIndex.empty()),
                activeSinceMillis(),
                report);
    }

    /** The first batch tells, as far as its producer's clock was right. */
    private long activeSinceMillis() {
        LogSegment active = segments.get(segments.size() - 1);
        SegmentCursor cursor = new SegmentCursor(active.file(), 0, active.file().size(), BatchHeader.BYTES);
        boolean known = cursor.advance() && cursor.header().maxTimestampMs() != BatchHeader.NO_TIMESTAMP;
        return known ? cursor.header().maxTimestampMs() : LogWriter.NOT_SEEN;
    }

    // ---- What there is

    private void openSegments() {
        List<Long> bases = directory.offsetsWith(LogDirectory.LOG);
        Optional<OffsetCheckpoint> noted = checkpoints.readOffsets();
        if (noted.isEmpty()) {
            requireFirst(bases);
            noteLost = !bases.isEmpty();
        }
        if (noted.isEmpty() && !noteLost) {
            checkpoints.writeOffsets(OffsetCheckpoint.OF_NEW_LOG);
            noted = Optional.of(OffsetCheckpoint.OF_NEW_LOG);
        }
        stored = noted.orElse(OffsetCheckpoint.UNKNOWN);
        if (noted.isPresent()) {
            // Without entries the file is never written.
            storedEpochs = checkpoints
                    .readEpochs()
                    .or(() -> Optional.of(LeaderEpochIndex.empty()))
                    .filter(stored::vouchesFor);
        }
        recoveryPoint = Math.max(
                stored.recoveryPoint(), cleanEnd.map(CleanEnd::endOffset).orElse(0L));
        long logStart = stored.logStartOffset();
        if (noted.isPresent() && mustHold(logStart) && (bases.isEmpty() || bases.get(0) > logStart)) {
            throw new DamagedLogException(
                    directory.file(logStart, LogDirectory.LOG),
                    0,
                    logStart,
                    recoveryPoint,
                    bases.isEmpty() ? "there is no segment at all" : "the first segment begins at " + bases.get(0));
        }
        int first = bases.size() - 1;
        while (first > 0 && bases.get(first) > logStart) {
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
            segments.add(LogSegment.open(directory, logStart, config));
        }
    }

    /** Where the log started is not known any more. But indexes go before their segment when one is deleted. */
    private void requireFirst(List<Long> bases) {
        List<Long> indexes = directory.offsetsWith(LogDirectory.OFFSET_INDEX);
        if (!indexes.isEmpty() && (bases.isEmpty() || indexes.get(0) < bases.get(0))) {
            throw new DamagedLogException(
                    directory.file(indexes.get(0), LogDirectory.LOG),
                    0,
                    indexes.get(0),
                    "it is missing, as is what the log had noted of itself");
        }
    }

    /** Whether the log cannot do without a record at that offset, had there been one. */
    private boolean mustHold(long offset) {
        return offset < recoveryPoint && stored.logStartOffset() < recoveryPoint;
    }

    // ---- After a clean stop

    /** Loads what the clean stop left, if that is all there and ends as it should. */
    private boolean loads(CleanEnd end) {
        LogSegment last = segments.get(segments.size() - 1);
        closeBelow(segments.size() - 1);
        boolean loaded = stored.recoveryPoint() == end.endOffset()
                && stored.logStartOffset() >= segments.get(0).baseOffset()
                && storedEpochs.isPresent()
                && storedEpochs.get().truncatedTo(end.endOffset()).latestEpoch().orElse(CleanEnd.NO_EPOCH)
                        == end.lastEpoch()
                && last.useIndexFiles()
                && last.endsAt(end.endOffset())
                && last.transactions().isPresent()
                && ProducerSnapshot.load(directory, end.endOffset(), producers);
        if (!loaded) {
            producers.clear();
            return false;
        }
        // It grows again: what its index files say will not be true any more.
        last.truncateTo(last.sizeInBytes(), end.endOffset());
        endOffset = end.endOffset();
        epochs = storedEpochs.get();
        segments.forEach(segment -> listener.onSegmentDone(0));
        return true;
    }

    // ---- After any other

    private void verify() {
        int firstScanned = firstToScan();
        verifyClosed(firstScanned);
        restoreState(firstScanned);
        Optional<Cut> cut = scanFrom(firstScanned);
        if (mustHold(endOffset)) {
            LogSegment last = segments.get(segments.size() - 1);
            throw damage(last, last.sizeInBytes(), endOffset, "the log ends there");
        }
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
        if (noteLost) {
            LOG.warn(
                    "log {}: its offset-checkpoint was lost; all that is there was verified, up to offset {}",
                    directory.path(),
                    endOffset);
            checkpoints.writeOffsets(stored);
        }
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

    /** Segments below the recovery point: their end must be where the next one begins, with sound indexes or without. */
    private void verifyClosed(int firstScanned) {
        closeBelow(firstScanned);
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

    private void closeBelow(int number) {
        for (int i = 0; i < number; i++) {
            segments.get(i).closeAt(segments.get(i + 1).baseOffset());
        }
    }

    private void requireEnd(LogSegment segment, long end) {
        SegmentScan scan = scanOf(segment);
        long expected = segment.baseOffset();
        try {
            while (scan.advance() && follows(segment, scan.header(), expected)) {
                expected = scan.header().nextOffset();
            }
        } catch (InvalidBatchException garbage) {
            throw damage(segment, scan.position(), expected, garbage.getMessage());
        }
        if (scan.position() != segment.file().size() || expected != end) {
            throw damage(segment, scan.position(), expected, "the next segment begins at offset " + end);
        }
    }

    /** Epochs and producers up to the scan: from their files, and what these do not cover from batch headers. */
    private void restoreState(int firstScanned) {
        long firstOffset = segments.get(0).baseOffset();
        long scanStart = segments.get(firstScanned).baseOffset();
        long epochsFrom = storedEpochs.isPresent() ? Math.min(scanStart, stored.recoveryPoint()) : firstOffset;
        // The epoch of the log start may have no batch any more.
        long keptBelow = stored.logStartOffset() == epochsFrom
                ? Math.max(epochsFrom, Math.min(epochsFrom + 1, stored.recoveryPoint()))
                : epochsFrom;
        epochs = storedEpochs.orElse(LeaderEpochIndex.empty()).truncatedTo(keptBelow);
        long producersFrom = ProducerSnapshot.loadNewest(directory, scanStart, firstOffset, producers);
        long from = Math.min(epochsFrom, producersFrom);
        for (int i = 0; i < firstScanned; i++) {
            if (segments.get(i + 1).baseOffset() > from) {
                replay(segments.get(i), from, epochsFrom, producersFrom);
            }
        }
    }

    private void replay(LogSegment segment, long from, long epochsFrom, long producersFrom) {
        try {
            segment.reader().replay(from, batch -> {
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
                LogSegment before = segments.get(i - 1);
                requireDispensable(
                        before, before.sizeInBytes(), "the next segment begins at offset " + segment.baseOffset());
                return Optional.of(new Cut(i - 1, before.sizeInBytes()));
            }
            if (i > firstScanned) {
                segments.get(i - 1).seal();
            }
            if (i > 0 && !directory.disk().exists(directory.file(endOffset, LogDirectory.SNAPSHOT))) {
                // It waited to be written when the last run ended; without it the segments before could never go.
                snapshots.put(endOffset, ProducerSnapshot.encode(producers, endOffset));
            }
            long position = scan(segment);
            listener.onSegmentDone(position);
            if (position < segment.file().size()) {
                return Optional.of(new Cut(i, position));
            }
        }
        return Optional.empty();
    }

    /** Verifies each batch and takes it into indexes, epochs and producers; the position behind the last sound one. */
    private long scan(LogSegment segment) {
        segment.forgetIndexes();
        SegmentScan scan = scanOf(segment);
        String wrong = "the last batch is cut short";
        try {
            while (scan.advance()) {
                requireContinues(segment, scan.header());
                take(segment, scan);
            }
        } catch (InvalidBatchException garbage) {
            wrong = garbage.getMessage();
        }
        if (scan.position() < segment.file().size()) {
            requireDispensable(segment, scan.position(), wrong);
        }
        return scan.position();
    }

    private void requireContinues(LogSegment segment, BatchHeader batch) {
        int lastEpoch = epochs.latestEpoch().orElse(0);
        if (!follows(segment, batch, endOffset) || batch.lastOffsetDelta() < 0 || batch.leaderEpoch() < lastEpoch) {
            throw new InvalidBatchException(
                    Reason.INVALID_RECORD,
                    "batch has base offset " + batch.baseOffset() + ", last offset delta " + batch.lastOffsetDelta()
                            + " and leader epoch " + batch.leaderEpoch() + ", expected base offset " + endOffset
                            + (stored.mayHaveGaps() ? " or above" : "") + " and an epoch from " + lastEpoch + " on");
        }
    }

    /** No checksum covers the base offset, so where it may jump, it must at least be one that the segment could hold. */
    private boolean follows(LogSegment segment, BatchHeader batch, long expected) {
        long offset = batch.baseOffset();
        return offset == expected
                || stored.mayHaveGaps() && offset > expected && offset - segment.baseOffset() <= Integer.MAX_VALUE;
    }

    private void take(LogSegment segment, SegmentScan scan) {
        BatchHeader batch = scan.header();
        segment.index(batch, (int) scan.position());
        epochs = epochs.with(batch.leaderEpoch(), batch.baseOffset());
        producers
                .onAppended(
                        batch.isControl() && batch.isTransactional()
                                ? segment.reader().batchAt(scan.position())
                                : batch)
                .ifPresent(segment::addAborted);
        endOffset = batch.nextOffset();
        scannedBytes += batch.sizeInBytes();
    }

    private SegmentScan scanOf(LogSegment segment) {
        int wanted = (int) Math.max(
                BatchHeader.BYTES, Math.min(SCAN_CHUNK_BYTES, segment.file().size()));
        if (chunk.capacity() < wanted) {
            chunk = ByteBuffer.allocate(wanted);
        }
        return new SegmentScan(segment.file(), chunk);
    }

    /** Rule R7: what is wrong above the recovery point is a torn tail, what is wrong below, or may be, is damage. */
    private void requireDispensable(LogSegment segment, long position, String wrong) {
        if (endIsUnknown() || mustHold(endOffset)) {
            throw damage(segment, position, endOffset, wrong);
        }
    }

    private boolean endIsUnknown() {
        return noteLost && cleanEnd.isEmpty();
    }

    private DamagedLogException damage(LogSegment segment, long position, long offset, String wrong) {
        String path = segment.file().path();
        return endIsUnknown()
                ? new DamagedLogException(
                        path, position, offset, "the recovery point is lost, all may have been durable: " + wrong)
                : new DamagedLogException(path, position, offset, recoveryPoint, wrong);
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
        long logStart = stored.logStartOffset();
        return endOffset < logStart
                || endOffset == logStart
                        && endOffset == recoveryPoint
                        && segments.get(segments.size() - 1).baseOffset() < endOffset
                        && ProducerSnapshot.load(directory, endOffset, new ProducerState(config.maxProducerIds()));
    }

    /** The producers are those of the snapshot there, not those of the batches below. */
    private void startAnew() {
        while (!segments.isEmpty()) {
            segments.remove(segments.size() - 1).delete();
        }
        snapshots.clear();
        if (endOffset < stored.logStartOffset()) {
            epochs = LeaderEpochIndex.empty();
        }
        endOffset = stored.logStartOffset();
        segments.add(LogSegment.open(directory, endOffset, config));
        producers.clear();
        ProducerSnapshot.load(directory, endOffset, producers);
    }

    private void makeDurable(int firstScanned) {
        directory.deleteUnfinished();
        directory.deleteIndexesWithout(
                segments.stream().map(LogSegment::baseOffset).collect(Collectors.toSet()));
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
