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
 * @param minIsr how many in-sync replicas an acknowledged write needs, from 1 to the number of replicas (rule M7)
 * @param flushMode when an append counts as stored
 * @param reassignment how the replicas are being moved; {@link Reassignment#NONE} if they are not
 * @param uncleanEpoch leader epoch of the last unclean election (rule M9); 0 for none, as the first epoch is never unclean
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
        FlushMode flushMode,
        Reassignment reassignment,
        int uncleanEpoch) {
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
        Objects.requireNonNull(reassignment);
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

    /** The replicas that are wanted: without those that go once the others are in sync. */
    public List<Integer> targetReplicas() {
        return without(reassignment.removing());
    }

    /** The replicas as they were before the reassignment under way, if there is one. */
    public List<Integer> earlierReplicas() {
        return without(reassignment.adding());
    }

    private List<Integer> without(List<Integer> brokers) {
        return brokers.isEmpty()
                ? replicas
                : replicas.stream().filter(id -> !brokers.contains(id)).toList();
    }

    /**
     * A partition at its birth, led by the first of its in-sync replicas (rule M5). The others hold all that is committed,
     * too, as nothing is: where too few are in sync for a commit, they are eligible.
     */
    public static PartitionRegistration created(
            List<Integer> replicas, List<Integer> isr, int minIsr, FlushMode flushMode) {
        List<Integer> elr = isr.size() < minIsr
                ? replicas.stream().filter(id -> !isr.contains(id)).toList()
                : List.of();
        return new PartitionRegistration(
                replicas,
                unassigned(replicas.size()),
                isr,
                elr,
                List.of(),
                isr.get(0),
                0,
                0,
                minIsr,
                flushMode,
                Reassignment.NONE,
                0);
    }

    /** The next version, with these members and this leader. */
    public PartitionRegistration next(
            List<Integer> isr, List<Integer> elr, List<Integer> lastKnown, int leader, int leaderEpoch) {
        return new PartitionRegistration(
                replicas,
                directories,
                isr,
                elr,
                lastKnown,
                leader,
                leaderEpoch,
                partitionEpoch + 1,
                minIsr,
                flushMode,
                reassignment,
                uncleanEpoch);
    }

    /** The next version, equal but for that. */
    public PartitionRegistration next() {
        return next(isr, elr, lastKnown, leader, leaderEpoch);
    }

    /** The same version with a replica's directory told. */
    public PartitionRegistration withDirectory(int brokerId, UUID directory) {
        var after = new ArrayList<>(directories);
        after.set(replicas.indexOf(brokerId), directory);
        return with(replicas, after, reassignment, leaderEpoch, uncleanEpoch);
    }

    /** The same version with other replicas; those that stay keep their directories. */
    public PartitionRegistration withReplicas(List<Integer> value, Reassignment reassignment) {
        var after = value.stream().map(this::directoryOf).toList();
        return with(value, after, reassignment, leaderEpoch, uncleanEpoch);
    }

    /** The same version with another policy (rule M7). */
    public PartitionRegistration withPolicy(int minIsr, FlushMode flushMode) {
        return new PartitionRegistration(
                replicas,
                directories,
                isr,
                elr,
                lastKnown,
                leader,
                leaderEpoch,
                partitionEpoch,
                minIsr,
                flushMode,
                reassignment,
                uncleanEpoch);
    }

    /** The same version with other epochs of its leadership. */
    public PartitionRegistration withEpochs(int leaderEpoch, int uncleanEpoch) {
        return with(replicas, directories, reassignment, leaderEpoch, uncleanEpoch);
    }

    private PartitionRegistration with(
            List<Integer> replicas,
            List<UUID> directories,
            Reassignment reassignment,
            int leaderEpoch,
            int uncleanEpoch) {
        return new PartitionRegistration(
                replicas,
                directories,
                isr,
                elr,
                lastKnown,
                leader,
                leaderEpoch,
                partitionEpoch,
                minIsr,
                flushMode,
                reassignment,
                uncleanEpoch);
    }
}
