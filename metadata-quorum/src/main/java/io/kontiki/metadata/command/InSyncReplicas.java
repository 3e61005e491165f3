package io.kontiki.metadata.command;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The rules SETISR and ELECT: the only way in which the in-sync replicas, the eligible ones (KIP-966) and the leader of
 * a partition change. Sets are kept in the order of the replicas.
 */
final class InSyncReplicas {
    private InSyncReplicas() {}

    /**
     * SETISR, then ELECT, as one new version of the record.
     *
     * @param isr the new in-sync replicas
     * @param unclean members that may have lost committed data: they stay in neither set
     * @param image after the command: tells who is usable (rule M0)
     */
    static PartitionRegistration set(
            PartitionRegistration partition, Collection<Integer> isr, Set<Integer> unclean, MetadataImage image) {
        return set(partition, isr, unclean, id -> image.usable(id, partition));
    }

    static PartitionRegistration set(
            PartitionRegistration partition, Collection<Integer> isr, Set<Integer> unclean, IntPredicate usable) {
        var replicas = partition.replicas();
        var isrAfter = replicas.stream().filter(isr::contains).toList();
        if (isrAfter.size() >= partition.minIsr()) {
            return elect(partition, isrAfter, List.of(), List.of(), usable);
        }
        var before = new LinkedHashSet<>(partition.elr());
        before.addAll(partition.isr());
        var elrAfter = replicas.stream()
                .filter(id -> before.contains(id) && !isrAfter.contains(id) && !unclean.contains(id))
                .toList();
        var lastKnown = new LinkedHashSet<>(partition.lastKnown());
        replicas.stream()
                .filter(id -> before.contains(id) && unclean.contains(id))
                .forEach(lastKnown::add);
        return elect(partition, isrAfter, elrAfter, List.copyOf(lastKnown), usable);
    }

    /** SETISR without one broker, which keeps or gets an elr place unless it is unclean. */
    static PartitionRegistration remove(
            PartitionRegistration partition, int brokerId, boolean unclean, MetadataImage image) {
        var rest = new ArrayList<>(partition.isr());
        rest.remove((Integer) brokerId);
        return set(partition, rest, unclean ? Set.of(brokerId) : Set.of(), image);
    }

    /**
     * SETISR on other replicas, as part of moving them (rule M11). Where one leaves, the leader epoch rises: what the
     * leader knows of it must be forgotten, as it may come back with an empty log (rules L1, L7).
     */
    static PartitionRegistration reassign(
            PartitionRegistration partition, List<Integer> replicas, Reassignment moving, MetadataImage image) {
        var after = set(partition.withReplicas(replicas, moving), partition.isr(), Set.of(), image);
        boolean sameEpoch = after.leaderEpoch() == partition.leaderEpoch();
        return sameEpoch && !replicas.containsAll(partition.replicas())
                ? after.withEpochs(after.leaderEpoch() + 1, after.uncleanEpoch())
                : after;
    }

    /** Hands over to a member of the ISR, which is usable (rule M8). */
    static PartitionRegistration handOver(PartitionRegistration partition, int leader) {
        return partition.next(
                partition.isr(), partition.elr(), partition.lastKnown(), leader, partition.leaderEpoch() + 1);
    }

    /** One that may lack committed records leads from now on, alone (rule M9). */
    static PartitionRegistration electUnclean(PartitionRegistration partition, int leader, MetadataImage image) {
        var others = partition.lastKnown().stream().filter(id -> id != leader).toList();
        var after = electAlone(partition, leader, List.of(), others, id -> image.usable(id, partition));
        return after.withEpochs(after.leaderEpoch(), after.leaderEpoch());
    }

    private static PartitionRegistration elect(
            PartitionRegistration partition,
            List<Integer> isr,
            List<Integer> elr,
            List<Integer> lastKnown,
            IntPredicate usable) {
        if (isr.contains(partition.leader()) && usable.test(partition.leader())) {
            return next(partition, isr, elr, lastKnown, partition.leader(), usable);
        }
        int leader = firstUsable(isr, usable);
        if (leader == PartitionRegistration.NO_LEADER && isr.isEmpty()) {
            return electLastStanding(partition, elr, lastKnown, usable);
        }
        return next(partition, isr, elr, lastKnown, leader, usable);
    }

    /** Nobody is in sync: a replica that left last, without losing anything, comes back as the only one. */
    private static PartitionRegistration electLastStanding(
            PartitionRegistration partition, List<Integer> elr, List<Integer> lastKnown, IntPredicate usable) {
        int leader = firstUsable(elr, usable);
        if (leader == PartitionRegistration.NO_LEADER) {
            return next(partition, List.of(), elr, lastKnown, leader, usable);
        }
        var rest = elr.stream().filter(id -> id != leader).toList();
        return electAlone(partition, leader, rest, lastKnown, usable);
    }

    private static PartitionRegistration electAlone(
            PartitionRegistration partition,
            int leader,
            List<Integer> elr,
            List<Integer> lastKnown,
            IntPredicate usable) {
        var isr = List.of(leader);
        return partition.minIsr() <= 1
                ? next(partition, isr, List.of(), List.of(), leader, usable)
                : next(partition, isr, elr, lastKnown, leader, usable);
    }

    private static int firstUsable(List<Integer> candidates, IntPredicate usable) {
        for (int id : candidates) {
            if (usable.test(id)) {
                return id;
            }
        }
        return PartitionRegistration.NO_LEADER;
    }

    private static PartitionRegistration next(
            PartitionRegistration before,
            List<Integer> isr,
            List<Integer> elr,
            List<Integer> lastKnown,
            int leader,
            IntPredicate usable) {
        boolean moved = before.reassignment().isUnderWay() && isr.containsAll(before.targetReplicas());
        return moved
                ? completed(before, leader, usable)
                : before.next(isr, elr, lastKnown, leader, before.leaderEpoch() + (leader == before.leader() ? 0 : 1));
    }

    /** All wanted replicas are in sync: the others go, in the same step (rule M11). */
    private static PartitionRegistration completed(PartitionRegistration before, int leader, IntPredicate usable) {
        var target = before.targetReplicas();
        return before.withReplicas(target, Reassignment.NONE)
                .withPolicy(before.reassignment().minIsr(), before.flushMode())
                .next(
                        target,
                        List.of(),
                        List.of(),
                        target.contains(leader) ? leader : firstUsable(target, usable),
                        before.leaderEpoch() + 1);
    }
}
