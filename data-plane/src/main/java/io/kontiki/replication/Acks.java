package io.kontiki.replication;

/** What must be true before an append is acknowledged (rule L6). */
public enum Acks {
    /** No answer. */
    NONE,
    /** Stored by the leader: written, or in durable mode flushed. */
    LEADER,
    /** Below the high watermark: stored by every in-sync replica, at least {@code minIsr} of them. */
    ALL
}
