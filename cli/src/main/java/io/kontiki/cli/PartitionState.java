package io.kontiki.cli;

import io.kontiki.client.PartitionInfo;
import java.util.List;
import java.util.stream.Collectors;

/** What an operator reads off a partition. */
final class PartitionState {
    private PartitionState() {}

    static boolean offline(PartitionInfo partition) {
        return partition.leader().isEmpty();
    }

    static boolean underReplicated(PartitionInfo partition) {
        return partition.isr().size() < partition.replicas().size();
    }

    /** Whether writes stop when one more replica fails, though there were more to begin with. */
    static boolean atMinIsr(PartitionInfo partition) {
        return partition.isr().size() <= partition.minIsr()
                && partition.minIsr() < partition.replicas().size();
    }

    /**
     * The worst of it, then what goes on.
     *
     * @param adding brokers to which it is being moved
     */
    static String word(PartitionInfo partition, List<Integer> adding) {
        if (offline(partition)) {
            return "offline";
        }
        if (partition.isr().size() < partition.minIsr()) {
            return "below min ISR";
        }
        boolean under = !partition
                .isr()
                .containsAll(partition.replicas().stream()
                        .filter(id -> !adding.contains(id))
                        .toList());
        if (under) {
            return atMinIsr(partition) ? "at min ISR" : "under-replicated";
        }
        return adding.isEmpty() ? "ok" : "reassigning";
    }

    /** The leader's id, or nothing. */
    static String leader(PartitionInfo partition) {
        return partition.leader().isPresent()
                ? Integer.toString(partition.leader().getAsInt())
                : "";
    }

    /** Broker ids with commas between. */
    static String ids(List<Integer> brokers) {
        return brokers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
