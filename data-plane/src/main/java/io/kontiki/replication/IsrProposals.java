package io.kontiki.replication;

import io.kontiki.metadata.PartitionRegistration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The leader's changes of the ISR on their way through the quorum: at most one in flight (rule L9). */
final class IsrProposals {
    private enum Phase {
        /** Sent; an answer will come. */
        ASKED,
        /** The outcome is unknown: the same compare-and-set is repeated. */
        UNKNOWN,
        /** The record moved on; it will arrive by the metadata. */
        DECIDED
    }

    private final ReplicaState state;
    private final int leaderEpoch;
    private List<IsrMember> members = List.of();
    private int assumedEpoch;
    private boolean pending;
    private Phase phase = Phase.DECIDED;
    private long retryAt;
    /** Version that the record must have reached before anything is proposed again. */
    private int awaitedEpoch;

    private Set<Integer> maximal;

    IsrProposals(ReplicaState state, int leaderEpoch) {
        this.state = state;
        this.leaderEpoch = leaderEpoch;
        this.maximal = new TreeSet<>(state.view().isr());
    }

    /** The maximal ISR: the record's, and the members that are proposed and may have been accepted. */
    Set<Integer> maximal() {
        return maximal;
    }

    boolean mayPropose() {
        return !pending && state.view().partitionEpoch() >= awaitedEpoch;
    }

    void onView() {
        PartitionRegistration view = state.view();
        if (pending && view.partitionEpoch() > assumedEpoch) {
            pending = false;
        }
        recomputeMaximal();
    }

    void propose(List<IsrMember> newMembers, long nowNanos) {
        members = List.copyOf(newMembers);
        assumedEpoch = state.view().partitionEpoch();
        pending = true;
        recomputeMaximal();
        ask();
    }

    /**
     * A refusal rolls back only if it names the version right after the one assumed: then that version was consumed by
     * something that is not this proposal, and no delayed copy can be applied any more (rule M6). A refusal that names a
     * later one, or another leader epoch, may answer a second copy after the first was accepted; the union stays until the
     * record arrives.
     */
    void onResult(int resultLeaderEpoch, int assumed, ProposalOutcome outcome, long nowNanos) {
        if (!pending || resultLeaderEpoch != leaderEpoch || assumed != assumedEpoch || phase != Phase.ASKED) {
            return;
        }
        if (outcome instanceof ProposalOutcome.Accepted || outcome instanceof ProposalOutcome.Fenced) {
            phase = Phase.DECIDED;
        } else if (outcome instanceof ProposalOutcome.Refused refused && refused.partitionEpoch() == assumedEpoch + 1) {
            pending = false;
            awaitedEpoch = refused.partitionEpoch();
            recomputeMaximal();
        } else if (outcome instanceof ProposalOutcome.Refused refused && refused.partitionEpoch() > assumedEpoch) {
            phase = Phase.DECIDED;
        } else {
            phase = Phase.UNKNOWN;
            retryAt = nowNanos + state.options().retryNanos();
        }
    }

    /** Whether it will be repeated in a while. */
    boolean isUnknown() {
        return pending && phase == Phase.UNKNOWN;
    }

    void onTick(long nowNanos) {
        if (isUnknown() && nowNanos - retryAt >= 0) {
            ask();
        }
    }

    private void ask() {
        phase = Phase.ASKED;
        state.outbox().add(new Effect.ProposeIsr(members, leaderEpoch, assumedEpoch));
    }

    private void recomputeMaximal() {
        Set<Integer> union = new TreeSet<>(state.view().isr());
        if (pending) {
            for (IsrMember member : members) {
                union.add(member.brokerId());
            }
        }
        maximal = union;
    }
}
