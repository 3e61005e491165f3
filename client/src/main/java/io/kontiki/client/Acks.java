package io.kontiki.client;

/** What must be true before a record counts as sent. */
public enum Acks {
    /** Handed to the connection; may be lost without notice. No offset is known. */
    NONE,
    /** Stored by the leader; lost if the leader dies before a follower has it. */
    LEADER,
    /** Stored by every in-sync replica, at least {@code min.insync.replicas} of them: never lost. */
    ALL
}
