package io.kontiki.log;

import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.NoDescriptorsException;
import io.kontiki.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What of a log is durable, and who may touch its files. The flusher thread works here beside the writer's appends; the
 * methods lock so that a truncation or close by the writer thread, which are rare, wait for a flush or an exchange of
 * segments under way instead of pulling files from under it. Appends never take the lock.
 */
final class LogFlush {
    private static final Logger LOG = LoggerFactory.getLogger(LogFlush.class);

    private final LogDirectory directory;
    private final LogCheckpoints checkpoints;
    private final ProducerSnapshots snapshots;
    /** Segments below the log start, until their files are deleted. Guarded by itself: the writer adds. */
    private final List<LogSegment> dropped = new ArrayList<>();

    private volatile long flushedOffset;
    private volatile long highWatermark;
    private volatile OffsetCheckpoint stored = OffsetCheckpoint.OF_NEW_LOG;
    private LeaderEpochIndex storedEpochs = LeaderEpochIndex.empty();
    /** Of the first flush that failed. */
    private Optional<StorageException> failure = Optional.empty();

    /** Base offset of the newest segment whose name is durable. */
    private long newestDurableSegment;

    private boolean ended;

    LogFlush(LogDirectory directory, LogCheckpoints checkpoints, ProducerSnapshots snapshots) {
        this.directory = directory;
        this.checkpoints = checkpoints;
        this.snapshots = snapshots;
    }

    long flushedOffset() {
        return flushedOffset;
    }

    /** To be noted with the next checkpoint. Any thread. */
    void noteHighWatermark(long offset) {
        highWatermark = offset;
    }

    /** Adds segments before they leave the view. Writer thread; never waits for the disk. */
    void drop(List<LogSegment> segments) {
        synchronized (dropped) {
            dropped.addAll(segments);
        }
    }

    /** Takes back what {@link #drop} was told. */
    void keep(List<LogSegment> segments) {
        synchronized (dropped) {
            dropped.removeAll(segments);
        }
    }

    /**
     * Without those that compaction has replaced meanwhile, and closed: the new segment has the name of the first of them,
     * whose file must not be deleted again. Under the flush lock, as a replacement is.
     */
    private List<LogSegment> dropped() {
        synchronized (dropped) {
            return dropped.stream().filter(segment -> !segment.isClosed()).toList();
        }
    }

    /** Deletes what is left below the log start, the last one first: a reset may need the names. Under the flush lock. */
    void deleteDropped() {
        List<LogSegment> below = dropped();
        for (int i = below.size() - 1; i >= 0; i--) {
            below.get(i).delete();
        }
        keep(below);
    }

    /** Makes everything durable that the supplied view holds; it is asked for under the lock. */
    synchronized void flush(Supplier<LogView> current) {
        if (ended) {
            return;
        }
        if (force(current.get())) {
            // The flush itself is done. If there is no room, what recovery may take for granted stays as it was.
            ifThereIsRoom(() -> moveRecoveryPoint(current));
        }
    }

    /**
     * Fails for ever once it has failed, whoever asks: the next attempt of a disk that could not write may succeed and mean
     * nothing (rule R10).
     *
     * @return whether a new segment became durable, so that the one before it is closed for good
     */
    private boolean force(LogView view) {
        if (failure.isPresent()) {
            throw failure.get();
        }
        try {
            return forceNew(view);
        } catch (NoDescriptorsException notBegun) {
            throw notBegun;
        } catch (StorageException e) {
            failure = Optional.of(e);
            throw e;
        }
    }

    private boolean forceNew(LogView view) {
        if (view.endOffset() > flushedOffset) {
            // Until it is on disk that the log starts above them, a tear in them would cut all that follows.
            dropped().forEach(segment -> segment.file().force());
            for (int i = view.segmentOf(flushedOffset); i < view.segments().length; i++) {
                view.segments()[i].file().force();
            }
        }
        boolean hasNewSegment = view.active().baseOffset() > newestDurableSegment;
        if (hasNewSegment) {
            directory.force();
            newestDurableSegment = view.active().baseOffset();
        }
        flushedOffset = Math.max(flushedOffset, view.endOffset());
        return hasNewSegment;
    }

    /**
     * Moves the recovery point to the flushed offset, and with it the log start; then deletes the files below it.
     *
     * @throws DiskFullException if there is no room; what was noted before stays
     */
    synchronized void checkpoint(Supplier<LogView> current) {
        if (!ended) {
            moveRecoveryPoint(current);
        }
    }

    /**
     * First all that recovery takes for granted below the recovery point is written: indexes of closed segments, epochs,
     * producers (rule R9). Files go last, when it is on disk that the log starts above them (rule R15).
     */
    private void moveRecoveryPoint(Supplier<LogView> current) {
        moveRecoveryPoint(current, stored.mayHaveGaps());
    }

    private void moveRecoveryPoint(Supplier<LogView> current, boolean mayHaveGaps) {
        List<LogSegment> candidates = dropped();
        LogView view = current.get();
        List<LogSegment> unused =
                candidates.stream().filter(segment -> !view.holds(segment)).toList();
        if (view.logStartOffset() > flushedOffset) {
            // Or recovery could find a log that ends below its start.
            force(view);
        }
        LogSegment[] segments = view.segments();
        for (int i = 0; i < segments.length - 1; i++) {
            segments[i].persistIndexes();
        }
        boolean hasNewSnapshots = snapshots.write();
        writeEpochs(view);
        write(OffsetCheckpoint.of(
                flushedOffset,
                view.logStartOffset(),
                Math.max(highWatermark, view.logStartOffset()),
                mayHaveGaps,
                storedEpochs));
        unused.forEach(LogSegment::delete);
        keep(unused);
        if (hasNewSnapshots || !unused.isEmpty()) {
            ProducerSnapshot.deleteUnused(directory, view);
            directory.force();
        }
    }

    /** A log start that rose is no reason: whoever reads the file knows it. */
    private void writeEpochs(LogView view) {
        if (!storedEpochs.startingAt(view.logStartOffset()).equals(view.epochs())) {
            storedEpochs = withThoseBelow(view);
            checkpoints.writeEpochs(storedEpochs);
        }
    }

    /** Until it is on disk where the log starts, a power cut may bring back what lies below. */
    private LeaderEpochIndex withThoseBelow(LogView view) {
        boolean isNothingBelow = view.segments()[0].baseOffset() == view.logStartOffset()
                && dropped().isEmpty();
        if (isNothingBelow || stored.logStartOffset() >= view.logStartOffset()) {
            return view.epochs();
        }
        LeaderEpochIndex all = storedEpochs.truncatedTo(view.logStartOffset());
        for (EpochEntry entry : view.epochs().entries()) {
            all = all.with(entry.epoch(), entry.startOffset());
        }
        return all;
    }

    private void write(OffsetCheckpoint checkpoint) {
        if (!checkpoint.equals(stored)) {
            checkpoints.writeOffsets(checkpoint);
            stored = checkpoint;
        }
    }

    /** Runs a change of the log's files by the writer thread while no flush and no exchange runs. */
    synchronized void exclusively(Runnable change) {
        change.run();
    }

    /**
     * Runs a truncation by the writer thread (rule F6). Before it nothing at or above the offset is taken for durable any
     * more; after it the files' names are, and the epochs with it or the next checkpoint.
     *
     * @param cut changes the files and gives the view of what is left
     * @throws DiskFullException if there is no room for the notes; nothing was cut
     */
    synchronized void cutTo(long offset, Supplier<LogView> cut) {
        long flushedBefore = flushedOffset;
        // First: recovery cuts the log at a gap above the recovery point.
        flushedOffset = Math.min(flushedBefore, offset);
        try {
            CleanerCheckpoint.lowerTo(directory, offset);
            // There was no room yet to replace a lost note: until there is, gaps are sound everywhere.
            if (!stored.equals(OffsetCheckpoint.UNKNOWN)) {
                write(stored.cutTo(offset, storedEpochs));
            }
        } catch (DiskFullException nothingIsCut) {
            flushedOffset = flushedBefore;
            throw nothingIsCut;
        }
        highWatermark = Math.min(highWatermark, offset);
        snapshots.deleteAbove(offset);
        LogView left = beyondReturn("cut", () -> madeDurable(cut));
        newestDurableSegment = left.active().baseOffset();
        ifThereIsRoom(() -> {
            // Whoever rebuilds the producers finds them on disk so, and has less to read.
            snapshots.write();
            writeEpochs(left);
        });
    }

    private LogView madeDurable(Supplier<LogView> files) {
        LogView changed = files.get();
        directory.force();
        return changed;
    }

    /** Changes files. A full disk cannot refuse it any more: that is a failure as any other. */
    private <T> T beyondReturn(String operation, Supplier<T> change) {
        try {
            return change.get();
        } catch (DiskFullException e) {
            throw new StorageException(operation, directory.path(), e);
        }
    }

    /** What may wait for the next checkpoint, as recovery does without. */
    private static void ifThereIsRoom(Runnable notes) {
        try {
            notes.run();
        } catch (DiskFullException untilTheNextCheckpoint) {
            LOG.debug("No room for a checkpoint", untilTheNextCheckpoint);
        }
    }

    /**
     * Runs a reset by the writer thread (rule F11) of a log that ends at or below the new start. Once that is noted as log
     * start and recovery point, whatever is left of the segments below counts for nothing, and recovery ends what a power
     * cut interrupts.
     *
     * @param files deletes all segments and gives the view of a log that starts anew
     * @throws DiskFullException if there is no room for the notes; nothing was deleted
     */
    synchronized void resetTo(long startOffset, byte[] producerSnapshot, Supplier<LogView> files) {
        CleanerCheckpoint.lowerTo(directory, 0);
        ProducerSnapshot.write(directory, startOffset, producerSnapshot);
        write(OffsetCheckpoint.of(startOffset, startOffset, startOffset, stored.mayHaveGaps(), storedEpochs));
        LogView view = beyondReturn("cut", () -> madeDurable(files));
        snapshots.clear();
        snapshots.deleteAbove(startOffset);
        begin(view);
    }

    /**
     * Exchanges segments while no flush, truncation, reset, close or delete runs.
     *
     * @param exchange changes the view; if it gives false, no file changes but what is noted
     * @param files makes the change durable and deletes what is not needed any more
     */
    boolean exchange(Supplier<LogView> current, BooleanSupplier exchange, Runnable files) {
        return whileTrue(
                () -> {
                    // First, since readers and recovery take a gap for damage where there may be none.
                    allowGaps(current);
                    return exchange.getAsBoolean();
                },
                () -> beyondReturn("exchange", () -> {
                    files.run();
                    return true;
                }));
    }

    /** Changes files of the log if something holds, and while no flush, truncation, reset, close or delete runs. */
    private synchronized boolean whileTrue(BooleanSupplier condition, Runnable files) {
        if (ended || !condition.getAsBoolean()) {
            return false;
        }
        files.run();
        return true;
    }

    /**
     * Replaces the note of how far the log is compacted, unless it was cut meanwhile: then that lowered the note. First it
     * is noted where the log starts: what was passed over, as it lies below, must not come back after a power cut.
     */
    boolean noteCleaned(BooleanSupplier uncut, CleanerCheckpoint progress, Supplier<LogView> current) {
        return whileTrue(uncut, () -> {
            moveRecoveryPoint(current);
            progress.write(directory);
        });
    }

    /** Any thread; does not wait. True before anybody can see the first gap. */
    boolean mayHaveGaps() {
        return stored.mayHaveGaps();
    }

    /** See {@link OffsetCheckpoint#gapsBelow}. Any thread; does not wait. */
    long gapsBelow() {
        return stored.gapsBelow();
    }

    /** Notes that offsets may be missing in all closed segments, and that these are durable. */
    private void allowGaps(Supplier<LogView> current) {
        LogView view = current.get();
        long closedEnd = view.active().baseOffset();
        if (stored.gapsBelow() < closedEnd) {
            if (flushedOffset < closedEnd) {
                force(view);
            }
            moveRecoveryPoint(current, true);
        }
    }

    /** Takes over from recovery, which left everything durable. */
    synchronized void begin(LogRecovery.Recovered recovered) {
        stored = recovered.stored();
        storedEpochs = recovered.storedEpochs();
        highWatermark = recovered.highWatermarkHint();
        recovered.snapshots().forEach((offset, snapshot) -> snapshots.add(offset, () -> snapshot));
        begin(recovered.view());
    }

    /** Everything in the view is durable; from now on, or as soon as there is room, the recovery point says so. */
    synchronized void begin(LogView view) {
        flushedOffset = view.endOffset();
        highWatermark = Math.max(view.logStartOffset(), Math.min(highWatermark, flushedOffset));
        newestDurableSegment = view.active().baseOffset();
        ifThereIsRoom(() -> moveRecoveryPoint(() -> view));
    }

    /** The last flush: makes all durable and, if there is room, moves the recovery point to the log end. No append may follow. */
    synchronized void finish(Supplier<LogView> current) {
        LogView view = current.get();
        force(view);
        view.active().seal();
        ifThereIsRoom(() -> {
            view.active().persistIndexes();
            moveRecoveryPoint(current);
        });
    }

    /** A flush that comes later does nothing. */
    synchronized void end() {
        ended = true;
    }

    /** Ends, and closes the files. */
    synchronized void close(Runnable closeFiles) {
        end();
        closeFiles.run();
        synchronized (dropped) {
            dropped.forEach(LogSegment::close);
        }
    }
}
