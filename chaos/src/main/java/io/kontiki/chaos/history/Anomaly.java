package io.kontiki.chaos.history;

/** What must not be. The letters are the promises of the protocol. */
public enum Anomaly {
    /** A record acknowledged with acks=all is not there (A). */
    LOST,
    /** A record is at another offset than its acknowledgement told (A). */
    MOVED,
    /** A record is there twice, though its producer is idempotent (D). */
    DUPLICATED,
    /** One producer's records of one partition are not in the order of their sending (C). */
    REORDERED,
    /** A value is not what was sent (A). */
    ALTERED,
    /** A record that nobody sent, or of which the producer was told that it is certainly not stored. */
    PHANTOM,
    /** A consumer that goes forward got an offset that it had passed (B). */
    WENT_BACK,
    /** A consumer that goes forward passed over a record that is there (B). */
    SKIPPED,
    /** Two reads of one offset found different records (B). */
    DIVERGED,
    /** A consumer was refused what it had a right to. */
    READ_REFUSED,
    /** A partition took no record within the time limit after everything was healed (F). */
    NOT_SERVING,
    /** A producer that tries again for a minute was told of an error, in a run that promises none. */
    SEND_FAILED,
    /** The replicas of a partition did not become in sync, or their logs differ (B). */
    REPLICAS_DIFFER,
    /** A broker ended though no fault told it to, or did not end when asked. */
    BROKER_ENDED,
    /** The harness could not do what the run asked of it, so that the rest of the verdict says less than it should. */
    RUN_FAILED
}
