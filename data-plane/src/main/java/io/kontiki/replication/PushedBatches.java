package io.kontiki.replication;

/**
 * Whole record batches that a push carries, held by the event loop's side, which has checked each batch before handing
 * them in: its size and CRC, that offsets rise and leader epochs do not decrease from batch to batch. Offsets may be missing,
 * which compaction took away at the leader. What fails is told by {@link PartitionReplica#onPushCorrupt} instead.
 */
public interface PushedBatches {
    /** First offset of the first batch. */
    long baseOffset();

    /** Offset behind the last record; above {@link #baseOffset()}. */
    long endOffset();

    /** Leader epoch of the first batch. */
    int firstEpoch();

    /** Leader epoch of the last batch; at least {@link #firstEpoch()}. */
    int lastEpoch();
}
