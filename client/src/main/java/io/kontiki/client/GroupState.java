package io.kontiki.client;

/** Whether a group's partitions are where they are meant to be. */
public enum GroupState {
    /** It has no members. */
    EMPTY,
    /** Partitions are changing hands. */
    RECONCILING,
    /** Every member owns what it is meant to. */
    STABLE
}
