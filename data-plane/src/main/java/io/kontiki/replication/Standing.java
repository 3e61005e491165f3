package io.kontiki.replication;

import java.util.OptionalInt;

/**
 * What a replica is at one moment, and what follows from it for those who read. Immutable: the event loop publishes it, any
 * thread asks it, with the lease and the time of its own moment (rule E4).
 *
 * @param leaderEpoch newest leader epoch known; -1 before the first record
 * @param leader who leads in that epoch, if that is known
 * @param ready whether this replica leads and its log knows the epoch
 * @param knowsCommitted whether a leader knows how far the log is committed (rule L13)
 * @param isolated what is left without a lease
 */
public record Standing(
        ReplicaRole role,
        int leaderEpoch,
        OptionalInt leader,
        boolean ready,
        boolean knowsCommitted,
        IsolatedLeader isolated) {
    /** Before the first record, and after the end. */
    public static final Standing NONE =
            new Standing(ReplicaRole.IDLE, -1, OptionalInt.empty(), false, false, IsolatedLeader.STOP);

    /**
     * Whether this replica may answer as leader (rules L14 and E3).
     *
     * @param knownLeaderEpoch the caller's, if it named one
     */
    public Admission admitRead(OptionalInt knownLeaderEpoch, Lease lease, long nowNanos) {
        if (role == ReplicaRole.FAULTED) {
            return refused(Admission.Reason.STORAGE_ERROR);
        }
        if (knownLeaderEpoch.isPresent() && knownLeaderEpoch.getAsInt() > leaderEpoch) {
            return refused(Admission.Reason.UNKNOWN_LEADER_EPOCH);
        }
        if (role != ReplicaRole.LEADER) {
            return refused(leader.isPresent() ? Admission.Reason.NOT_LEADER : Admission.Reason.LEADER_UNKNOWN);
        }
        if (knownLeaderEpoch.isPresent() && knownLeaderEpoch.getAsInt() < leaderEpoch) {
            return refused(Admission.Reason.FENCED_LEADER_EPOCH);
        }
        if (!ready) {
            return refused(Admission.Reason.LEADER_UNKNOWN);
        }
        return isolated == IsolatedLeader.STOP && !lease.holds(nowNanos)
                ? refused(Admission.Reason.LEASE_EXPIRED)
                : new Admission.Granted(leaderEpoch);
    }

    /** Whether it may say where the committed records end (rules L13 and L16); if not, the caller asks again later. */
    public Admission admitLatest(Lease lease, long nowNanos) {
        Admission admission = admitRead(OptionalInt.empty(), lease, nowNanos);
        if (admission instanceof Admission.Refused) {
            return admission;
        }
        if (!knowsCommitted) {
            return refused(Admission.Reason.OFFSET_NOT_AVAILABLE);
        }
        return lease.holds(nowNanos) ? admission : refused(Admission.Reason.LEASE_EXPIRED);
    }

    Admission.Refused refused(Admission.Reason reason) {
        return new Admission.Refused(reason, leader, leaderEpoch);
    }
}
