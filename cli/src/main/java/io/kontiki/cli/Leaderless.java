package io.kontiki.cli;

import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicPartition;
import java.util.ArrayList;
import java.util.List;

/** How a partition without a leader gets one. */
final class Leaderless {
    private Leaderless() {}

    /** One line: who is waited for, or what to do if it is nobody. */
    static String nextStep(TopicPartition id, PartitionInfo partition) {
        var complete = new ArrayList<>(partition.isr());
        complete.addAll(partition.elr());
        if (complete.isEmpty()) {
            return "Nobody is left that surely has every acknowledged record; to go on with what there is: kontiki"
                    + " partition elect-leader --unclean " + PartitionText.of(id);
        }
        return "It comes back with " + oneOf(complete) + ", eligible to lead since "
                + (complete.size() == 1 ? "it has" : "they have")
                + " every acknowledged record; if that is gone for good: kontiki broker unregister " + complete.get(0);
    }

    /**
     * What to do about an election that was refused; empty if nothing sensible can be said.
     *
     * @param partition as it is now
     */
    static String afterRefusal(ElectionRows.Row row, PartitionInfo partition, boolean unclean) {
        TopicPartition id = row.partition();
        if (partition.leader().isPresent()) {
            return "See who is in sync: kontiki partition describe " + PartitionText.of(id);
        }
        if (!unclean || !partition.isr().isEmpty() || !partition.elr().isEmpty()) {
            return nextStep(id, partition);
        }
        List<Integer> waitedFor = row.election().notHeard();
        if (!waitedFor.isEmpty()) {
            String ids = PartitionState.ids(waitedFor);
            return "Start these brokers with the disks that they had, or leave them out for good: --without " + ids;
        }
        return "Its records are lost. To begin with an empty log on another broker: kontiki partition reassign "
                + PartitionText.of(id) + "=ID, and elect again; or delete the topic.";
    }

    private static String oneOf(List<Integer> brokers) {
        return brokers.size() == 1 ? "broker " + brokers.get(0) : "any of the brokers " + PartitionState.ids(brokers);
    }
}
