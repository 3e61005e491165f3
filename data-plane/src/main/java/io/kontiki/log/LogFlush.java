package io.kontiki.log;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What of a log is durable. The flusher thread works here beside the writer's appends; the methods lock so that a
 * truncation or close by the writer thread, which are rare, wait for a flush under way instead of pulling files from
 * under it. Appends never take the lock.
 */
final class LogFlush {
    /** Two, so that a bad newest one costs a longer replay and not one of the whole log. */
    private static final int KEPT_SNAPSHOTS = 2;

    private final LogDirectory directory;
    private final LogCheckpoints checkpoints;
    /** Producer state at the base offset of new segments, until it is on disk. Guarded by itself: the writer adds. */
    private final Map<Long, byte[]> pendingSnapshots = new HashMap<>();

    private volatile long flushedOffset;
    private long recoveryPoint;
    private LeaderEpochIndex storedEpochs = LeaderEpochIndex.empty();
    /** Base offset of the newest segment whose name is durable. */
    private long newestDurableSegment;

    private boolean ended;

    LogFlush(LogDirectory directory, LogCheckpoints checkpoints) {
        this.directory = directory;
        this.checkpoints = checkpoints;
    }

    long flushedOffset() {
        return flushedOffset;
    }

    /** Adds what the next flush shall write. Writer thread; never waits for the disk. */
    void addSnapshot(long offset, byte[] snapshot) {
        synchronized (pendingSnapshots) {
            pendingSnapshots.put(offset, snapshot);
        }
    }

    /** Makes everything durable that the supplied view holds; it is asked for under the lock. */
    synchronized void flush(Supplier<LogView> current) {
        if (ended) {
            return;
        }
        LogView view = current.get();
        if (view.endOffset() > flushedOffset) {
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
        if (hasNewSegment) {
            moveRecoveryPoint(view);
        }
    }

    /** Moves the recovery point to the flushed offset. */
    synchronized void checkpoint(Supplier<LogView> current) {
        if (!ended) {
            moveRecoveryPoint(current.get());
        }
    }

    /**
     * First all that recovery takes for granted below the recovery point is written: indexes of closed segments, epochs,
     * producers (rule R9).
     */
    private void moveRecoveryPoint(LogView view) {
        LogSegment[] segments = view.segments();
        for (int i = 0; i < segments.length - 1; i++) {
            segments[i].persistIndexes();
        }
        writeSnapshots();
        writeEpochs(view.epochs());
        if (recoveryPoint != flushedOffset) {
            writeRecoveryPoint(flushedOffset);
        }
    }

    private void writeSnapshots() {
        Map<Long, byte[]> ready;
        synchronized (pendingSnapshots) {
            ready = Map.copyOf(pendingSnapshots);
            pendingSnapshots.clear();
        }
        ready.forEach((offset, snapshot) -> ProducerSnapshot.write(directory, offset, snapshot));
        if (!ready.isEmpty()) {
            ProducerSnapshot.deleteOld(directory, KEPT_SNAPSHOTS);
        }
    }

    private void writeEpochs(LeaderEpochIndex epochs) {
        if (!epochs.equals(storedEpochs)) {
            checkpoints.writeEpochs(epochs);
            storedEpochs = epochs;
        }
    }

    private void writeRecoveryPoint(long offset) {
        checkpoints.writeRecoveryPoint(offset);
        recoveryPoint = offset;
    }

    /**
     * Runs a cut of the log by the writer thread (rule F6). Before it nothing at or above the offset is taken for durable
     * any more; after it the files' names and the epochs are.
     *
     * @param cut changes the files and gives the view of what is left
     */
    synchronized void cutTo(long offset, Supplier<LogView> cut) {
        if (recoveryPoint > offset) {
            writeRecoveryPoint(offset);
        }
        flushedOffset = Math.min(flushedOffset, offset);
        synchronized (pendingSnapshots) {
            pendingSnapshots.keySet().removeIf(snapshot -> snapshot > offset);
        }
        ProducerSnapshot.deleteAbove(directory, offset);
        LogView left = cut.get();
        directory.force();
        newestDurableSegment = left.active().baseOffset();
        writeEpochs(left.epochs());
    }

    /** Takes over from recovery, which left everything durable. */
    synchronized void begin(LogRecovery.Recovered recovered) {
        recoveryPoint = recovered.report().recoveryPoint();
        storedEpochs = recovered.storedEpochs();
        begin(recovered.view());
    }

    /** Everything in the view is durable; from now on the recovery point says so. */
    synchronized void begin(LogView view) {
        flushedOffset = view.endOffset();
        newestDurableSegment = view.active().baseOffset();
        moveRecoveryPoint(view);
    }

    /** The last flush: makes all durable and moves the recovery point to the log end. No append may follow. */
    synchronized void finish(Supplier<LogView> current) {
        flush(current);
        LogView view = current.get();
        view.active().seal();
        view.active().persistIndexes();
        moveRecoveryPoint(view);
    }

    /** Closes the files; a flush that comes later does nothing. */
    synchronized void end(Runnable closeFiles) {
        ended = true;
        closeFiles.run();
    }
}
