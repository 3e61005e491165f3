package io.kontiki.client;

import java.util.Optional;
import java.util.SortedSet;

/**
 * What the consumer's thread needs to know of its membership. Immutable.
 *
 * @param state where the membership stands
 * @param subscriptionNumber the last subscription that this takes account of
 * @param life changes whenever all partitions are lost: what was assigned in an earlier life is no longer owned
 * @param assignment what the member is to own, the latest of this life
 * @param heldUntilNanos until then, by {@link System#nanoTime}, the member may read what it owns: the session cannot be over
 *     before, and the stream through which it hears of being fenced is there or was a moment ago
 * @param refusal why the group does not take the member, the last time
 */
record MembershipView(
        Membership.State state,
        long subscriptionNumber,
        int life,
        Optional<Assignment> assignment,
        long heldUntilNanos,
        Optional<Refusal> refusal) {

    /**
     * An assignment as it came.
     *
     * @param number of this client's own, rising
     * @param memberEpoch to be named in commits
     */
    record Assignment(long number, int memberEpoch, SortedSet<TopicPartition> partitions) {}

    /**
     * The group did not take the member.
     *
     * @param number of this client's own, rising
     * @param last whether it is not tried again without a new subscription
     */
    record Refusal(long number, KontikiException error, boolean last) {}
}
