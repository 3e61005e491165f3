package io.kontiki.log;

import io.kontiki.record.BatchHeader;
import java.util.Optional;

/**
 * How the batches of a log follow each other (rule R6). These are all the rules there are besides a batch's own checksum:
 * whoever recovers, verifies, scrubs or repairs a log asks here, so that what one of them calls sound is sound to all.
 * Steps from batch to batch; not thread-safe.
 */
final class BatchOrder {
    private final long gapsBelow;
    private long segmentBase;
    private long nextOffset;
    private int epoch;

    /**
     * @param gapsBelow see {@link OffsetCheckpoint#gapsBelow}
     * @param epoch none may be below it
     */
    BatchOrder(long gapsBelow, int epoch) {
        this.gapsBelow = gapsBelow;
        this.epoch = epoch;
    }

    /** Goes on with the batches of a segment. Whether they follow those before is for {@link #endBefore} to say. */
    void beginSegment(long baseOffset) {
        segmentBase = baseOffset;
        nextOffset = baseOffset;
    }

    /** Offset behind the last batch. */
    long nextOffset() {
        return nextOffset;
    }

    /** What is wrong if the next segment begins at an offset; empty if nothing is. */
    Optional<String> endBefore(long nextBaseOffset) {
        return nextOffset == nextBaseOffset
                ? Optional.empty()
                : Optional.of(
                        "it ends at offset " + nextOffset + ", the next segment begins at offset " + nextBaseOffset);
    }

    /** What is wrong with a batch in this place; empty if nothing is. */
    Optional<String> contradiction(BatchHeader batch) {
        boolean sound =
                (batch.baseOffset() == nextOffset || batch.baseOffset() > nextOffset && batch.baseOffset() < gapsBelow)
                        && batch.lastOffsetDelta() >= 0
                        && batch.lastOffset() - segmentBase <= Integer.MAX_VALUE
                        && batch.leaderEpoch() >= epoch;
        return sound
                ? Optional.empty()
                : Optional.of("batch has offsets " + batch.baseOffset() + " to " + batch.lastOffset()
                        + " and leader epoch " + batch.leaderEpoch() + ", expected base offset " + nextOffset
                        + (nextOffset < gapsBelow ? " or above" : "") + " and an epoch from " + epoch + " on");
    }

    /** Steps over a batch; over one that is wrong, too, as far as it rises. */
    void accept(BatchHeader batch) {
        nextOffset = Math.max(nextOffset, batch.nextOffset());
        epoch = Math.max(epoch, batch.leaderEpoch());
    }
}
