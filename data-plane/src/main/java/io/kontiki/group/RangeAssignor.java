package io.kontiki.group;

/**
 * Of each topic, a run of neighbouring partitions for each of its subscribers; the first ones get one more where that
 * does not come out even. So partitions of the same number of topics of the same size come to the same member, and the
 * first members carry more if there are many small topics. Kafka's assignor of that name deals likewise.
 */
final class RangeAssignor implements PartitionAssignor {
    @Override
    public int[] owners(Layout layout) {
        var owners = layout.nobody();
        for (int topic = 0; topic < layout.topics(); topic++) {
            deal(layout, topic, owners);
        }
        return owners;
    }

    private static void deal(Layout layout, int topic, int[] owners) {
        var subscribers = layout.subscribers(topic);
        if (subscribers.length == 0) {
            return;
        }
        int each = layout.partitions(topic) / subscribers.length;
        int more = layout.partitions(topic) % subscribers.length;
        int partition = layout.firstPartition(topic);
        for (int place = 0; place < subscribers.length; place++) {
            int end = partition + each + (place < more ? 1 : 0);
            while (partition < end) {
                owners[partition++] = subscribers[place];
            }
        }
    }
}
