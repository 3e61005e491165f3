package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.ReassignmentInfo;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/** What a plan has to go by. */
final class Placement {
    private Placement() {}

    /** The brokers that can hold replicas now, with their racks. */
    static Map<Integer, Optional<String>> brokers(Admin admin, IntPredicate wanted) {
        var racks = new TreeMap<Integer, Optional<String>>();
        admin.describeCluster().brokers().stream()
                .filter(broker -> !broker.fenced() && !broker.shuttingDown() && wanted.test(broker.id()))
                .forEach((BrokerInfo broker) -> racks.put(broker.id(), broker.rack()));
        return racks;
    }

    /**
     * The replicas of each partition, without those that are going already.
     *
     * @param brokers that are to hold them
     * @throws Failure if a partition has more replicas than there are brokers for them
     */
    static Map<TopicPartition, List<Integer>> replicas(
            Admin admin, Collection<TopicInfo> topics, Set<Integer> brokers) {
        Map<TopicPartition, ReassignmentInfo> moving = admin.listReassignments();
        var replicas = new TreeMap<TopicPartition, List<Integer>>();
        for (TopicInfo topic : topics) {
            for (PartitionInfo partition : topic.partitions()) {
                var id = new TopicPartition(topic.name(), partition.partition());
                List<Integer> going = moving.containsKey(id) ? moving.get(id).removing() : List.of();
                List<Integer> staying = partition.replicas().stream()
                        .filter(broker -> !going.contains(broker))
                        .toList();
                requireRoom(topic, staying.size(), brokers);
                replicas.put(id, staying);
            }
        }
        return replicas;
    }

    private static void requireRoom(TopicInfo topic, int replicas, Set<Integer> brokers) {
        if (replicas > brokers.size()) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    "topic " + topic.name() + " has " + replicas + " replicas of each partition, but only "
                            + Quantity.count(brokers.size(), "broker") + " can hold them",
                    "Start more brokers, or name more. See: kontiki broker list");
        }
    }
}
