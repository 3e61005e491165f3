package io.kontiki.group;

import io.kontiki.metadata.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;

/**
 * Spreads partitions over the members of a group: a pure function, so that any broker makes the same of the same group.
 * Each partition of a topic with subscribers comes to exactly one of them.
 */
interface PartitionAssignor {
    /** The owner of each partition. */
    int[] owners(Layout layout);

    /**
     * @param members in any order, each id once
     * @param topics in the order in which they are to be dealt, each once
     * @return what each member is meant to own, by member id; every member is in it
     */
    default SortedMap<String, List<TopicPartition>> assign(Collection<Subscriber> members, List<TopicSize> topics) {
        var layout = Layout.of(members, topics);
        return layout.targets(owners(layout));
    }
}
