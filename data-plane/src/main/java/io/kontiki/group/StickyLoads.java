package io.kontiki.group;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;

/**
 * Who owns what while {@link StickyAssignor} works. Topics with the same subscribers are one kind: a partition of one is
 * as good to move as one of another, and in most groups there is one kind only.
 */
final class StickyLoads {
    private final Layout layout;
    private final int[] owners;
    private final int[] kindOfPartition;
    private final int[] kindOfTopic;
    private final List<int[]> subscribersOfKind = new ArrayList<>();
    private final int[] loads;
    // By member and kind: partitions, the one that came last in front. What it had before is at the end, so it goes
    // last.
    private final List<TreeMap<Integer, ArrayDeque<Integer>>> held = new ArrayList<>();

    StickyLoads(Layout layout) {
        this.layout = layout;
        this.owners = layout.nobody();
        this.kindOfTopic = kindsOfTopics();
        this.kindOfPartition = new int[layout.partitions()];
        for (int topic = 0; topic < layout.topics(); topic++) {
            int first = layout.firstPartition(topic);
            Arrays.fill(kindOfPartition, first, first + layout.partitions(topic), kindOfTopic[topic]);
        }
        this.loads = new int[layout.members()];
        for (int member = 0; member < layout.members(); member++) {
            held.add(new TreeMap<>());
        }
    }

    int[] owners() {
        return owners;
    }

    int owner(int partition) {
        return owners[partition];
    }

    int load(int member) {
        return loads[member];
    }

    /** Gives a partition that nobody owns. */
    void give(int partition, int member) {
        owners[partition] = member;
        loads[member]++;
        held.get(member)
                .computeIfAbsent(kindOfPartition[partition], kind -> new ArrayDeque<>())
                .push(partition);
    }

    /** The subscriber of the topic that owns the fewest partitions of all topics; the first one of several. */
    int leastLoaded(int topic) {
        return leastLoadedOfKind(kindOfTopic[topic]);
    }

    /**
     * Moves one partition to the least loaded member that may have one, if that makes both more even.
     *
     * @return who got it, or {@link Layout#NONE}
     */
    int giveOne(int member) {
        int kind = Layout.NONE;
        int receiver = Layout.NONE;
        int below = loads[member] - 1;
        for (var entry : held.get(member).entrySet()) {
            int candidate = leastLoadedOfKind(entry.getKey());
            if (loads[candidate] < below) {
                below = loads[candidate];
                receiver = candidate;
                kind = entry.getKey();
            }
        }
        if (receiver != Layout.NONE) {
            give(take(member, kind), receiver);
        }
        return receiver;
    }

    private int take(int member, int kind) {
        var partitions = held.get(member).get(kind);
        int partition = partitions.pop();
        if (partitions.isEmpty()) {
            held.get(member).remove(kind);
        }
        loads[member]--;
        return partition;
    }

    private int leastLoadedOfKind(int kind) {
        int least = Layout.NONE;
        for (int member : subscribersOfKind.get(kind)) {
            if (least == Layout.NONE || loads[member] < loads[least]) {
                least = member;
            }
        }
        return least;
    }

    private int[] kindsOfTopics() {
        var known = new HashMap<List<Integer>, Integer>();
        var kinds = new int[layout.topics()];
        for (int topic = 0; topic < layout.topics(); topic++) {
            var subscribers = layout.subscribers(topic);
            var key = Arrays.stream(subscribers).boxed().toList();
            var kind = known.get(key);
            if (kind == null) {
                kind = subscribersOfKind.size();
                known.put(key, kind);
                subscribersOfKind.add(subscribers);
            }
            kinds[topic] = kind;
        }
        return kinds;
    }
}
