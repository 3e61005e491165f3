package io.kontiki.partition;

import io.kontiki.replication.ReplicaRole;

/**
 * What readers on other threads see of a replica: one consistent state, replaced whole by the event loop.
 *
 * @param lastStableOffset at most the high watermark: what is below is neither undecided nor can it become so again (rule V2)
 * @param canAnswerLatest whether a leader knows what is committed (rule L13)
 * @param isWhole whether every replica has what is committed: all are in sync
 */
record ReadView(
        ReplicaRole role,
        int leaderEpoch,
        long highWatermark,
        long lastStableOffset,
        boolean canAnswerLatest,
        boolean isWhole) {
    static final ReadView NONE = new ReadView(ReplicaRole.IDLE, -1, 0, 0, false, false);
}
