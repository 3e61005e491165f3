package io.kontiki.controller;

import io.kontiki.proto.internal.v1.Replicas;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Spreads partitions over brokers as Kafka does where racks are unknown: the first replica, which is the preferred
 * leader, goes round the brokers from a random start; the others follow at a distance that grows with each round, so
 * that the followers of one broker's partitions are spread too.
 */
final class ReplicaPlacement {
    private ReplicaPlacement() {}

    /**
     * @param brokers ids to place on, each once
     * @param partitions how many, at least 0
     * @param factor replicas per partition, from 1 to the number of brokers
     */
    static List<Replicas> place(List<Integer> brokers, int partitions, int factor, RandomGenerator random) {
        int count = brokers.size();
        if (factor < 1 || factor > count) {
            throw new IllegalArgumentException("replication factor " + factor + " with " + count + " brokers");
        }
        int start = random.nextInt(count);
        int distance = random.nextInt(count);
        var placed = new ArrayList<Replicas>(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            int first = (start + partition) % count;
            int round = distance + partition / count;
            var replicas = Replicas.newBuilder().addBrokerIds(brokers.get(first));
            for (int follower = 0; follower < factor - 1; follower++) {
                int shift = 1 + (round + follower) % (count - 1);
                replicas.addBrokerIds(brokers.get((first + shift) % count));
            }
            placed.add(replicas.build());
        }
        return placed;
    }
}
