package io.kontiki.partition;

import io.kontiki.replication.ReplicaRole;
import io.kontiki.replication.Standing;

/**
 * What readers on other threads see of a replica: one consistent state, replaced whole by the event loop.
 *
 * @param lastStableOffset at most the high watermark: what is below is neither undecided nor can it become so again (rule V2)
 * @param isWhole whether every replica has what is committed: all are in sync
 * @param lagRecords committed records that a follower lacks, as its leader told it last; 0 for a leader
 */
record ReadView(Standing standing, long highWatermark, long lastStableOffset, boolean isWhole, long lagRecords) {
    static final ReadView NONE = new ReadView(Standing.NONE, 0, 0, false, 0);

    ReplicaRole role() {
        return standing.role();
    }

    int leaderEpoch() {
        return standing.leaderEpoch();
    }
}
