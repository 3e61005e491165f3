package io.kontiki.replication;

import io.kontiki.metadata.PartitionRegistration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a leader concludes from its followers' positions: how far the log is committed, and who belongs in the ISR. */
final class IsrReview {
    /** What is near the end for a replica that is being added: so much of the lag limit. */
    private static final int NEAR_SHARE = 4;

    private final ReplicaState state;
    private final IsrProposals proposals;
    private final long epochStartOffset;

    IsrReview(ReplicaState state, IsrProposals proposals, long epochStartOffset) {
        this.state = state;
        this.proposals = proposals;
        this.epochStartOffset = epochStartOffset;
    }

    /** Rule L4; the present high watermark if it cannot rise. */
    long highWatermarkBound(Collection<FollowerProgress> followers, long nowNanos) {
        PartitionRegistration view = state.view();
        if (view.isr().size() < view.minIsr()) {
            return state.highWatermark();
        }
        Set<Integer> maximal = proposals.maximal();
        long bound = state.storedEnd();
        int counted = 1;
        for (FollowerProgress follower : followers) {
            boolean member = maximal.contains(follower.brokerId());
            if (member && follower.attached()) {
                counted++;
            }
            if (member || nearlyMember(follower, nowNanos)) {
                bound = Math.min(bound, follower.storedEnd());
            }
        }
        // Every member must be attached in this epoch; only then is its position known.
        return counted == maximal.size() ? bound : state.highWatermark();
    }

    /**
     * Rule L5: without it a follower could never reach the high watermark of a leader that commits alone. One that is being
     * added counts only near the end: acknowledgements wait until what it lacks is sent, and through a throttle that may be
     * seconds of all that is written (rule L18).
     */
    private boolean nearlyMember(FollowerProgress follower, long nowNanos) {
        boolean added = state.view().reassignment().adding().contains(follower.brokerId());
        long nearNanos = state.options().lagLimitNanos() / (added ? NEAR_SHARE : 1);
        return eligible(follower) && !follower.lagsBeyond(nearNanos, state.log().endOffset(), nowNanos);
    }

    /** Rule M11: a replica that is copied, as long as nothing waits for it. */
    boolean isBeingAdded(FollowerProgress follower, long nowNanos) {
        return state.view().reassignment().adding().contains(follower.brokerId())
                && !proposals.maximal().contains(follower.brokerId())
                && !nearlyMember(follower, nowNanos);
    }

    /** Rule L7's part that concerns the run: a late attachment of an earlier run proves nothing about this one. */
    private boolean eligible(FollowerProgress follower) {
        return follower.attached()
                && state.usable(follower.brokerId())
                && state.registeredEpoch(follower.brokerId()) == follower.brokerEpoch();
    }

    private boolean lags(FollowerProgress follower, long nowNanos) {
        return follower.lagsBeyond(state.options().lagLimitNanos(), state.log().endOffset(), nowNanos);
    }

    /** Rules L7 and L8. */
    void proposeChange(Map<Integer, FollowerProgress> followers, long nowNanos) {
        if (!proposals.mayPropose()) {
            return;
        }
        List<Integer> isr = state.view().isr();
        List<IsrMember> next = new ArrayList<>();
        for (int id : isr) {
            FollowerProgress follower = followers.get(id);
            if (id == state.brokerId()) {
                next.add(new IsrMember(id, state.identity().brokerEpoch()));
            } else if (follower != null && !lags(follower, nowNanos)) {
                next.add(new IsrMember(id, state.registeredEpoch(id)));
            }
        }
        boolean changed = next.size() < isr.size();
        for (FollowerProgress follower : followers.values()) {
            if (!isr.contains(follower.brokerId()) && mayJoin(follower, nowNanos)) {
                next.add(new IsrMember(follower.brokerId(), follower.brokerEpoch()));
                changed = true;
            }
        }
        if (changed) {
            proposals.propose(next, nowNanos);
        }
    }

    /**
     * Rule L7. The position is what is stored in the sense of the flush mode: in durable mode a member that has not
     * flushed up to the high watermark could be elected after a power cut without committed records. It must always be
     * within the lag limit, since rule L8 would send it away again at once.
     */
    private boolean mayJoin(FollowerProgress follower, long nowNanos) {
        long needed = Math.max(state.highWatermark(), epochStartOffset);
        return eligible(follower) && !lags(follower, nowNanos) && follower.storedEnd() >= needed;
    }
}
