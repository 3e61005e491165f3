package io.kontiki.replication;

import java.util.OptionalInt;

/**
 * What a replica sees of its log. The answers are those of the moment: an append or truncation shows as soon as it
 * returned, a flush as soon as it completed. Called by the partition's event loop only.
 */
public interface ReplicaLog {
    /** First offset still readable; at most {@link #endOffset()}. */
    long startOffset();

    /** The log start that survives a power cut; at most {@link #startOffset()}. */
    long storedStartOffset();

    /** Base of the batch that holds {@link #startOffset()}, which may be inside a batch; the end offset if none does. */
    long heldStartOffset();

    /** Log end offset: the offset that the next record gets. */
    long endOffset();

    /**
     * Everything below is forced to the disk; at most {@link #endOffset()}. A truncation lowers it. A flush that was
     * running while the log was truncated must not raise it above the truncation point: what was flushed there is not
     * what the log holds there now.
     */
    long flushedOffset();

    /** Leader epoch of the last batch; empty if the log never held one. */
    OptionalInt latestEpoch();

    /** Leader epoch of the batch that holds {@code offset}; empty if the log does not hold the offset. */
    OptionalInt epochAt(long offset);

    /**
     * Rule F3: where the log's part of an epoch ends. For the latest epoch that is the log end; for another one the
     * largest epoch at or below it, and the start of the epoch that follows; if no epoch is at or below it, the epoch
     * asked for and the start of the first epoch.
     *
     * @param epoch at most {@link #latestEpoch()}, which is present
     */
    EpochEnd endOf(int epoch);
}
