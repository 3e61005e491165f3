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
        boolean one = complete.size() == 1;
        return "It comes back with " + (one ? "broker " : "any of the brokers ") + PartitionState.ids(complete)
                + ", eligible to lead with every acknowledged record; if " + (one ? "that is" : "all are")
                + " gone for good: kontiki broker unregister " + (one ? complete.get(0) : "ID");
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
        return "Start a broker that has its log. If there is none any more, another one can begin with an empty log: kontiki"
                + " partition reassign " + PartitionText.of(id) + "=ID, and elect again; or delete the topic.";
    }
}
