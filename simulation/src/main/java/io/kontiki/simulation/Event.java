package io.kontiki.simulation;

/** What must happen somewhere in a campaign: one that never meets it shows nothing about it. */
public enum Event {
    DIVERGENCE,
    TRUNCATION,
    RESET,
    ELR_ELECTION,
    REFUSED_CLAIM,
    TORN_TAIL_CUT,
    JOIN_REFUSED,
    DUPLICATE_ANSWERED,
    DISK_OFFLINE,
    LEADER_CHANGE,
    LEADER_STEPPED_ASIDE,
    LOG_START_RAISED
}
