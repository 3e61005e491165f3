package io.kontiki.client;

/** How the partitions of a group are spread over its members. The brokers do it, so members of all languages agree. */
public enum Assignor {
    /** Of each topic, a run of neighbouring partitions for each member. Topics of equal size meet at one member. */
    RANGE,
    /** The partitions of all topics in turn. */
    ROUND_ROBIN,
    /** Even, and as few partitions as possible change hands. */
    STICKY
}
