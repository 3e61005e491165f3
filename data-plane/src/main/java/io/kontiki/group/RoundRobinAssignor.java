package io.kontiki.group;

import java.util.Arrays;

/**
 * All partitions of all topics in turn, one for each member; who does not subscribe to a topic is passed over. Where all
 * subscribe to the same, nobody has more than one partition more than another. Kafka's assignor of that name deals likewise.
 */
final class RoundRobinAssignor implements PartitionAssignor {
    @Override
    public int[] owners(Layout layout) {
        var owners = layout.nobody();
        int next = 0;
        for (int topic = 0; topic < layout.topics(); topic++) {
            var subscribers = layout.subscribers(topic);
            if (subscribers.length == 0) {
                continue;
            }
            int end = layout.firstPartition(topic) + layout.partitions(topic);
            for (int partition = layout.firstPartition(topic); partition < end; partition++) {
                owners[partition] = firstFrom(subscribers, next);
                next = (owners[partition] + 1) % layout.members();
            }
        }
        return owners;
    }

    /** The first subscriber numbered {@code member} or above, else the first of all. */
    private static int firstFrom(int[] subscribers, int member) {
        int found = Arrays.binarySearch(subscribers, member);
        int place = found >= 0 ? found : -found - 1;
        return subscribers[place % subscribers.length];
    }
}
