package io.kontiki.quorum;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * A voter's view of the quorum, for health and for finding the controller.
 *
 * @param lifeCycle state of this member
 * @param term current term, at least 0
 * @param leaderId the leading voter, if known
 * @param leading whether this member leads and has applied every earlier entry
 * @param appliedIndex index applied to the local image, -1 for none
 * @param committedIndex index known to be committed, -1 for none
 * @param snapshotIndex index that the newest snapshot on this member's disk goes up to, -1 for none; a restart applies
 *     anew what comes behind it
 */
public record QuorumStatus(
        LifeCycle lifeCycle,
        long term,
        OptionalInt leaderId,
        boolean leading,
        long appliedIndex,
        long committedIndex,
        long snapshotIndex) {
    /** State of a member. */
    public enum LifeCycle {
        STARTING,
        RUNNING,
        /** For good: the process should exit so that it is started anew. */
        CLOSED;

        /** Whether the member can go on. Having no leader is a matter of readiness, not of this. */
        public boolean live() {
            return this != CLOSED;
        }
    }

    public QuorumStatus {
        Objects.requireNonNull(lifeCycle);
        Objects.requireNonNull(leaderId);
    }

    /** A member that has not started or has stopped. */
    public static QuorumStatus idle(LifeCycle lifeCycle) {
        return new QuorumStatus(lifeCycle, 0, OptionalInt.empty(), false, -1, -1, -1);
    }
}
