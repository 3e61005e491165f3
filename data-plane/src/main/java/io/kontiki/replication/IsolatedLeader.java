package io.kontiki.replication;

/** What a leader whose {@link Lease} has ended still does (rule E3). */
public enum IsolatedLeader {
    /** Appends with acks=all and reads of committed records: an outage of the quorum is no outage of the data. */
    SERVE,
    /** Nothing. */
    STOP
}
