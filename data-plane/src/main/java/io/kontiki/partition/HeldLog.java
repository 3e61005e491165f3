package io.kontiki.partition;

import io.kontiki.metadata.TopicPartition;
import java.util.OptionalInt;

/**
 * What a replica holds, of one moment.
 *
 * @param id of the partition
 * @param leaderEpoch newest leader epoch that it knows; while nobody leads in it, the rest stays as it is (rule E2)
 * @param lastEpoch leader epoch of its last batch; empty if its log never held one
 * @param endOffset the offset that the next record gets
 * @param highWatermark first offset that it does not know to be committed
 * @param damaged whether it has stopped over a fault of its log, which stays as it is
 * @param lost whether it has no log, and no directory that could still bring it
 */
public record HeldLog(
        TopicPartition id,
        int leaderEpoch,
        OptionalInt lastEpoch,
        long endOffset,
        long highWatermark,
        boolean damaged,
        boolean lost) {
    /** Of a replica without a log. */
    static HeldLog lost(TopicPartition id) {
        return new HeldLog(id, 0, OptionalInt.empty(), 0, 0, false, true);
    }
}
