package io.kontiki.simulation;

/** What must happen somewhere in a campaign: one that never meets it shows nothing about it. */
public enum Event {
    /** A follower is told where its log parts from the leader's (rule F2). */
    DIVERGENCE,
    TRUNCATION,
    /** A follower begins anew behind its own end (rule F11). */
    RESET,
    ELR_ELECTION,
    /** A new run keeps a place among the eligible replicas, by its claim (rule R4). */
    CLAIM_TAKEN,
    /** A new run vouches for all it has, and loses its place (rule R3). */
    REFUSED_CLAIM,
    TORN_TAIL_CUT,
    /** A member is refused, which consumes the version (rule M6). */
    JOIN_REFUSED,
    /** Who led in an earlier epoch proposes in-sync replicas. */
    DEPOSED_LEADER_REFUSED,
    DUPLICATE_ANSWERED,
    /** A batch of a producer does not follow its last one (rule D3). */
    GAP_REFUSED,
    /** A leader that the controller has not heard refuses (rule L16). */
    LEASE_EXPIRED,
    /** Refused before the append (rule L3). */
    TOO_FEW_IN_SYNC,
    /** What waited is told that its outcome is unknown (rules L1, L15). */
    LEADER_CHANGED_AFTER_APPEND,
    DISK_OFFLINE,
    /** A broker ends since its disk gives no answer. */
    ENDED_BY_A_HUNG_DISK,
    LEADER_CHANGE,
    /** A replica stops over damaged records (rule L12). */
    LEADER_STEPPED_ASIDE,
    LOG_START_RAISED,
    REPLICAS_MOVED
}
