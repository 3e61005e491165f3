package io.kontiki.partition;

import io.kontiki.log.OffsetOutOfRangeException;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.RecordBatches;
import io.kontiki.replication.EpochEnd;
import io.kontiki.replication.ReplicaLog;
import io.kontiki.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/** A log as the replication protocol sees it. */
final class ReplicaLogView implements ReplicaLog {
    private final LogPlace place;
    private long storedStart;
    private long heldStart;
    /** The log start that {@link #heldStart} belongs to. */
    private long heldStartOf = -1;

    ReplicaLogView(LogPlace place) {
        this.place = place;
        this.storedStart = place.log().logStartOffset();
    }

    /** A log start was noted on the disk; perhaps one of before the log was begun anew. */
    void startStored(long offset) {
        storedStart = Math.max(storedStart, Math.min(offset, startOffset()));
    }

    /** The log was begun anew at an offset, on the disk, too; it may be a lower one (rule F11). */
    void startReset(long offset) {
        storedStart = offset;
    }

    @Override
    public long storedStartOffset() {
        return storedStart;
    }

    @Override
    public long heldStartOffset() {
        long start = place.log().logStartOffset();
        if (heldStartOf != start) {
            heldStart = firstBatchAt(place.log(), start);
            heldStartOf = start;
        }
        return heldStart;
    }

    /** Any thread. Base of the batch that holds a log start; may block on the disk. */
    static long firstBatchAt(PartitionLog log, long start) {
        try {
            ByteBuffer first = log.read(start, 1, Long.MAX_VALUE).bytes();
            return first.hasRemaining()
                    ? RecordBatches.of(first).iterator().next().baseOffset()
                    : start;
        } catch (StorageException | InvalidBatchException | OffsetOutOfRangeException e) {
            // Whoever is sent there will read it, too, and fail for it.
            return start;
        }
    }

    @Override
    public long startOffset() {
        return place.log().logStartOffset();
    }

    @Override
    public long endOffset() {
        return place.log().endOffset();
    }

    @Override
    public long flushedOffset() {
        return place.log().flushedOffset();
    }

    @Override
    public OptionalInt latestEpoch() {
        return place.log().epochs().latestEpoch();
    }

    @Override
    public OptionalInt epochAt(long offset) {
        return offset < place.log().logStartOffset() || offset >= place.log().endOffset()
                ? OptionalInt.empty()
                : place.log().epochs().epochAt(offset);
    }

    @Override
    public EpochEnd endOf(int epoch) {
        io.kontiki.log.EpochEnd end = place.log().endOf(epoch);
        return new EpochEnd(end.epoch(), end.endOffset());
    }
}
