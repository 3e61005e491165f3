package io.kontiki.cli;

import io.kontiki.client.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Plans where replicas and leaders are to be: spread evenly over brokers, moving as few replicas as that takes. No two
 * replicas of a partition come to one rack if they are not on one already, as long as there are racks enough. Pure: the
 * same input gives the same plan. Used once.
 */
final class ReplicaPlacement {
    private final SortedMap<Integer, Optional<String>> brokers;
    private final SortedMap<TopicPartition, List<Integer>> replicas = new TreeMap<>();
    /** Replicas by broker. */
    private final Map<Integer, Integer> load = new HashMap<>();

    private final Map<Integer, Map<String, Integer>> loadOfTopics = new HashMap<>();

    /**
     * @param brokers that may hold replicas, with their racks; at least as many as a partition has replicas
     * @param present the partitions to place, with the brokers that hold them, the preferred leader first
     */
    ReplicaPlacement(
            Map<Integer, Optional<String>> brokers, Map<TopicPartition, ? extends Collection<Integer>> present) {
        this.brokers = new TreeMap<>(brokers);
        present.forEach((partition, ids) -> replicas.put(partition, new ArrayList<>(ids)));
        brokers.keySet().forEach(id -> load.put(id, 0));
        replicas.forEach((partition, ids) -> ids.forEach(id -> count(partition, id, 1)));
    }

    /** Moves only what is not on one of the brokers. What moves goes to those that hold least. */
    SortedMap<TopicPartition, List<Integer>> evacuated() {
        replicas.forEach((partition, ids) -> {
            for (int i = 0; i < ids.size(); i++) {
                if (!brokers.containsKey(ids.get(i))) {
                    move(partition, i, target(partition, i));
                }
            }
        });
        return replicas;
    }

    /** As above, then moves from those that hold most to those that hold least, and the same with the leaders. */
    SortedMap<TopicPartition, List<Integer>> balanced() {
        evacuated();
        while (levelOnce()) {
            // Each step makes the loads more even, so it comes to an end.
        }
        while (levelLeadersOnce()) {
            // As above.
        }
        return replicas;
    }

    private void count(TopicPartition partition, int broker, int change) {
        load.merge(broker, change, Integer::sum);
        loadOfTopics.computeIfAbsent(broker, id -> new HashMap<>()).merge(partition.topic(), change, Integer::sum);
    }

    private void move(TopicPartition partition, int index, int target) {
        List<Integer> ids = replicas.get(partition);
        count(partition, ids.get(index), -1);
        count(partition, target, 1);
        ids.set(index, target);
    }

    private int target(TopicPartition partition, int index) {
        List<Integer> ids = replicas.get(partition);
        return brokers.keySet().stream()
                .filter(id -> !ids.contains(id))
                .min(Comparator.<Integer, Boolean>comparing(id -> sharesRack(ids, index, id))
                        .thenComparing(load::get)
                        .thenComparing(id -> loadOf(id, partition.topic()))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow(() -> new IllegalArgumentException("no broker is left for " + partition));
    }

    private int loadOf(int broker, String topic) {
        return loadOfTopics.getOrDefault(broker, Map.of()).getOrDefault(topic, 0);
    }

    /** Whether a broker in the place of one replica would be in the rack of another. */
    private boolean sharesRack(List<Integer> ids, int index, int broker) {
        Optional<String> rack = brokers.get(broker);
        for (int i = 0; i < ids.size(); i++) {
            if (i != index && rack.isPresent() && rack.equals(brokers.getOrDefault(ids.get(i), Optional.empty()))) {
                return true;
            }
        }
        return false;
    }

    // ---- Replicas

    private boolean levelOnce() {
        Comparator<Integer> byLoad =
                Comparator.<Integer>comparingInt(load::get).thenComparing(Comparator.naturalOrder());
        List<Integer> ascending = brokers.keySet().stream().sorted(byLoad).toList();
        for (int from = ascending.size() - 1; from > 0; from--) {
            for (int to = 0; to < from; to++) {
                int source = ascending.get(from);
                int target = ascending.get(to);
                if (load.get(source) - load.get(target) >= 2 && moveOne(source, target)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Preferably of the topic that is least even between the two. */
    private boolean moveOne(int source, int target) {
        Optional<TopicPartition> best = replicas.keySet().stream()
                .filter(partition -> mayMove(replicas.get(partition), source, target))
                .max(Comparator.<TopicPartition>comparingInt(
                                partition -> loadOf(source, partition.topic()) - loadOf(target, partition.topic()))
                        .thenComparing(Comparator.reverseOrder()));
        best.ifPresent(partition -> move(partition, replicas.get(partition).indexOf(source), target));
        return best.isPresent();
    }

    private boolean mayMove(List<Integer> ids, int source, int target) {
        int index = ids.indexOf(source);
        return index >= 0
                && !ids.contains(target)
                && (!sharesRack(ids, index, target) || sharesRack(ids, index, source));
    }

    // ---- Leaders

    /** Along a chain of partitions, each of which gets the next broker as its first replica: moves no data. */
    private boolean levelLeadersOnce() {
        Map<Integer, Integer> led = new TreeMap<>();
        brokers.keySet().forEach(id -> led.put(id, 0));
        replicas.values().forEach(ids -> led.merge(ids.get(0), 1, Integer::sum));
        Comparator<Integer> byLed = Comparator.<Integer>comparingInt(led::get).thenComparing(Comparator.reverseOrder());
        for (int source : led.keySet().stream().sorted(byLed.reversed()).toList()) {
            if (handOver(source, led)) {
                return true;
            }
        }
        return false;
    }

    private boolean handOver(int source, Map<Integer, Integer> led) {
        Map<Integer, TopicPartition> reachedBy = new HashMap<>();
        var reached = new HashSet<Integer>(List.of(source));
        var open = new ArrayDeque<Integer>(List.of(source));
        while (!open.isEmpty()) {
            int broker = open.poll();
            for (Map.Entry<TopicPartition, List<Integer>> entry : replicas.entrySet()) {
                List<Integer> ids = entry.getValue();
                if (ids.get(0) != broker) {
                    continue;
                }
                for (int next : ids) {
                    if (!reached.add(next)) {
                        continue;
                    }
                    reachedBy.put(next, entry.getKey());
                    if (led.get(source) - led.get(next) >= 2) {
                        swapAlong(source, next, reachedBy);
                        return true;
                    }
                    open.add(next);
                }
            }
        }
        return false;
    }

    private void swapAlong(int source, int last, Map<Integer, TopicPartition> reachedBy) {
        int leader = last;
        while (leader != source) {
            List<Integer> ids = replicas.get(reachedBy.get(leader));
            int before = ids.get(0);
            ids.set(ids.indexOf(leader), before);
            ids.set(0, leader);
            leader = before;
        }
    }
}
