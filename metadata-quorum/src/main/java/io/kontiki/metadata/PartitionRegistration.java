package io.kontiki.metadata;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * One partition, as the quorum knows it. Immutable; each change raises {@code partitionEpoch}.
 *
 * @param replicas ids of the brokers that hold a copy, in order of preference to lead
 * @param isr the in-sync replicas: able to lead without loss
 * @param elr eligible leader replicas: left the ISR below {@code minIsr} but hold every committed record (KIP-966)
 * @param lastKnown members that left both sets after losing data; candidates for an unclean election only
 * @param leader the leading broker, or {@link #NO_LEADER}
 * @param leaderEpoch number of the leadership, at least 0; rises with each change of leader
 * @param partitionEpoch version of this record, at least 0; changes compare and set on it
 * @param minIsr how many in-sync replicas an acknowledged write needs, from 1 to the number of replicas
 * @param flushMode when an append counts as stored
 */
public record PartitionRegistration(
        List<Integer> replicas,
        List<Integer> isr,
        List<Integer> elr,
        List<Integer> lastKnown,
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        int minIsr,
        FlushMode flushMode) {
    public static final int NO_LEADER = -1;

    public PartitionRegistration {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
        elr = List.copyOf(elr);
        lastKnown = List.copyOf(lastKnown);
        Objects.requireNonNull(flushMode);
        if (leader != NO_LEADER && !isr.contains(leader)) {
            throw new IllegalArgumentException("leader " + leader + " is not in the ISR " + isr);
        }
    }

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }

    public OptionalInt leaderIfAny() {
        return hasLeader() ? OptionalInt.of(leader) : OptionalInt.empty();
    }

    public boolean hasReplica(int brokerId) {
        return replicas.contains(brokerId);
    }
}
