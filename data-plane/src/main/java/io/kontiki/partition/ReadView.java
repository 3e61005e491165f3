package io.kontiki.partition;

import io.kontiki.replication.ReplicaRole;

/**
 * What readers on other threads see of a replica: one consistent state, replaced whole by the event loop.
 *
 * @param canAnswerLatest whether a leader knows what is committed (rule L13)
 */
record ReadView(ReplicaRole role, int leaderEpoch, long highWatermark, boolean canAnswerLatest) {
    static final ReadView NONE = new ReadView(ReplicaRole.IDLE, -1, 0, false);
}
