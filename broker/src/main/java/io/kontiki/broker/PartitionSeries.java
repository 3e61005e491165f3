package io.kontiki.broker;

/** Which replicas get series of their own: a cluster may have more of them than a Prometheus is to keep. */
enum PartitionSeries {
    TRUE,
    /** Those that this broker leads. */
    LEADERS,
    FALSE;

    boolean includes(boolean leads) {
        return this == TRUE || this == LEADERS && leads;
    }
}
