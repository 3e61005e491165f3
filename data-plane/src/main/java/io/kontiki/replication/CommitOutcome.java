package io.kontiki.replication;

/** How the wait for an append's acknowledgement ended. All but the first leave the outcome unknown. */
public enum CommitOutcome {
    /** What {@link Acks} asks for holds. */
    COMMITTED,
    /** The time limit passed while the in-sync replicas were too few. */
    NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    /** The time limit passed. */
    TIMED_OUT_AFTER_APPEND,
    /** The leadership under which it was appended ended. */
    LEADER_CHANGED_AFTER_APPEND,
    /** The replica stopped after a fault. */
    STORAGE_ERROR
}
