package io.kontiki.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * One partition, as the quorum knows it. Immutable; each change but that of a directory raises {@code partitionEpoch}.
 *
 * @param replicas ids of the brokers that hold a copy, in order of preference to lead
 * @param directories the log directory of each replica, in the order of the replicas; {@link #UNASSIGNED} until its broker
 *     has told
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
        List<UUID> directories,
        List<Integer> isr,
        List<Integer> elr,
        List<Integer> lastKnown,
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        int minIsr,
        FlushMode flushMode) {
    public static final int NO_LEADER = -1;
    /** Stands for no directory yet. */
    public static final UUID UNASSIGNED = new UUID(0, 0);

    public PartitionRegistration {
        replicas = List.copyOf(replicas);
        directories = List.copyOf(directories);
        if (directories.size() != replicas.size()) {
            throw new IllegalArgumentException(directories.size() + " directories do not fit the replicas " + replicas);
        }
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

    /** Directories of so many replicas before their brokers have told any. */
    public static List<UUID> unassigned(int replicas) {
        return Collections.nCopies(replicas, UNASSIGNED);
    }

    /** Directory of a replica; {@link #UNASSIGNED} also where the broker holds none. */
    public UUID directoryOf(int brokerId) {
        int index = replicas.indexOf(brokerId);
        return index < 0 ? UNASSIGNED : directories.get(index);
    }

    /** The same version with a replica's directory told. */
    public PartitionRegistration withDirectory(int brokerId, UUID directory) {
        var after = new ArrayList<>(directories);
        after.set(replicas.indexOf(brokerId), directory);
        return new PartitionRegistration(
                replicas, after, isr, elr, lastKnown, leader, leaderEpoch, partitionEpoch, minIsr, flushMode);
    }
}
