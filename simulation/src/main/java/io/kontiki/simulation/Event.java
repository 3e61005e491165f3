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
    REPLICAS_MOVED,
    /** A group's partitions are spread anew. */
    GROUP_REBALANCED,
    /** A partition goes from one member to another that lives, too. */
    PARTITION_CHANGED_HANDS,
    /** A member hears that it is none any more. */
    MEMBER_FENCED,
    /** The slot of a group that has members gets another owner. */
    COORDINATOR_MOVED,
    /** A process takes the place of another one with its instance id, with all that that owned. */
    STATIC_MEMBER_RETURNED,
    /** A commit of a member that is none any more, or did not own the partition then (rule G3). */
    ZOMBIE_COMMIT_REFUSED,
    /** What a coordinator acknowledged is told by another one, as the first one was killed. */
    COMMIT_SURVIVED_ITS_COORDINATOR,
    /** What was acknowledged is told under another controller. */
    COMMIT_SURVIVED_ITS_CONTROLLER,
    /** What was acknowledged is told when who led the partition was killed. */
    COMMIT_SURVIVED_ITS_LEADER
}
