package io.kontiki.metadata.command;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
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

    private static PartitionRegistration elect(
            PartitionRegistration partition,
            List<Integer> isr,
            List<Integer> elr,
            List<Integer> lastKnown,
            IntPredicate usable) {
        if (isr.contains(partition.leader()) && usable.test(partition.leader())) {
            return next(partition, isr, elr, lastKnown, partition.leader());
        }
        int leader = firstUsable(isr, usable);
        if (leader == PartitionRegistration.NO_LEADER && isr.isEmpty()) {
            return electLastStanding(partition, elr, lastKnown, usable);
        }
        return next(partition, isr, elr, lastKnown, leader);
    }

    /** Nobody is in sync: a replica that left last, without losing anything, comes back as the only one. */
    private static PartitionRegistration electLastStanding(
            PartitionRegistration partition, List<Integer> elr, List<Integer> lastKnown, IntPredicate usable) {
        int leader = firstUsable(elr, usable);
        if (leader == PartitionRegistration.NO_LEADER) {
            return next(partition, List.of(), elr, lastKnown, leader);
        }
        var isr = List.of(leader);
        if (isr.size() >= partition.minIsr()) {
            return next(partition, isr, List.of(), List.of(), leader);
        }
        var rest = elr.stream().filter(id -> id != leader).toList();
        return next(partition, isr, rest, lastKnown, leader);
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
            PartitionRegistration before, List<Integer> isr, List<Integer> elr, List<Integer> lastKnown, int leader) {
        return new PartitionRegistration(
                before.replicas(),
                before.directories(),
                isr,
                elr,
                lastKnown,
                leader,
                before.leaderEpoch() + (leader == before.leader() ? 0 : 1),
                before.partitionEpoch() + 1,
                before.minIsr(),
                before.flushMode());
    }
}
