package io.kontiki.group;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Even, and as few partitions as possible change hands. Everyone keeps what it had and still subscribes to; what nobody
 * has goes to the subscriber with the fewest; then single partitions move from whoever has the most to a subscriber with
 * at least two less, until there is none such.
 *
 * <p>Where all subscribe to the same, that is balance within one, by the fewest moves that lead there: whoever had no more
 * than the average loses nothing, and who had more ends at the average, rounded up for as many as possible. Where
 * subscriptions differ no single move makes it more even, and none was made that did not; a chain of moves that only
 * together even out is not looked for.
 */
final class StickyAssignor implements PartitionAssignor {
    @Override
    public int[] owners(Layout layout) {
        var loads = new StickyLoads(layout);
        for (int partition = 0; partition < layout.partitions(); partition++) {
            if (layout.previousOwner(partition) != Layout.NONE) {
                loads.give(partition, layout.previousOwner(partition));
            }
        }
        placeRest(layout, loads);
        while (level(layout, loads)) {
            // Each move lowers the sum of the squares of the loads, so this ends.
        }
        return loads.owners();
    }

    /** Topics with few subscribers first: the others can even out afterwards. */
    private static void placeRest(Layout layout, StickyLoads loads) {
        var topics = IntStream.range(0, layout.topics())
                .filter(topic -> layout.subscribers(topic).length > 0)
                .boxed()
                .sorted(Comparator.comparingInt(topic -> layout.subscribers(topic).length))
                .toList();
        for (int topic : topics) {
            int end = layout.firstPartition(topic) + layout.partitions(topic);
            for (int partition = layout.firstPartition(topic); partition < end; partition++) {
                if (loads.owner(partition) == Layout.NONE) {
                    loads.give(partition, loads.leastLoaded(topic));
                }
            }
        }
    }

    /** A member and the load that it had when it was queued; void once it has another. */
    private record Giver(int member, int load) {}

    /**
     * Takes one partition after the other from the most loaded member, and lets those rest that cannot give; whether any
     * did. It has to be the most loaded one each time: a member that gave until it is even with the least loaded one would
     * give more than others who have as much.
     */
    private static boolean level(Layout layout, StickyLoads loads) {
        var givers = new PriorityQueue<Giver>(
                Comparator.comparingInt(Giver::load).reversed().thenComparingInt(Giver::member));
        for (int member = 0; member < layout.members(); member++) {
            givers.add(new Giver(member, loads.load(member)));
        }
        boolean moved = false;
        while (!givers.isEmpty()) {
            var giver = givers.poll();
            if (giver.load() != loads.load(giver.member())) {
                continue;
            }
            int receiver = loads.giveOne(giver.member());
            if (receiver != Layout.NONE) {
                moved = true;
                givers.add(new Giver(giver.member(), loads.load(giver.member())));
                givers.add(new Giver(receiver, loads.load(receiver)));
            }
        }
        return moved;
    }
}
