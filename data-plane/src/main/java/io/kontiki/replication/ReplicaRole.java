package io.kontiki.replication;

/** What a replica is doing. */
public enum ReplicaRole {
    /** Waits for the quorum's word: no leader is known, or a newer leader epoch than the record's was heard of. */
    IDLE,
    LEADER,
    FOLLOWER,
    /** Stopped for good, its log left as it was. */
    FAULTED
}
