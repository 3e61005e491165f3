package io.kontiki.replication;

/**
 * Where a follower's log begins anew (rule F11), with what the leader's log knew there: leader epochs and producers. Only
 * the event loop's side looks inside.
 */
public interface ResetPoint {
    /** The first and, until more is appended, the end offset of the log. */
    long startOffset();
}
