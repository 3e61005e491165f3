package io.kontiki.replication;

/** Why a broker refuses an attach, or ends an attachment. */
public enum AttachRefusal {
    /** The follower's leader epoch is older than the one known here. */
    FENCED_EPOCH,
    /** The follower's leader epoch is newer, or the broker does not lead in it yet. */
    UNKNOWN_EPOCH,
    /** The partition is not known here, or not with that topic id. Said by the event loop's side. */
    UNKNOWN_PARTITION,
    /** The follower holds no replica, or a newer run of it has attached. */
    NOT_REPLICA,
    /** The log is offline, or what the follower lacks cannot be read. */
    STORAGE_ERROR,
    /** The follower's log lies outside the leader's log, or it acknowledged what was never sent. */
    OUT_OF_RANGE,
    /** The follower left the in-sync replicas, perhaps since it lost something: it has to tell anew what it holds. */
    LEFT_ISR
}
