package io.kontiki.group;

import io.kontiki.metadata.MemberImage;
import io.kontiki.proto.v1.TopicPartitions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a member says that it owns.
 *
 * @param byTopic partition numbers by topic name
 */
record OwnedNames(Map<String, Set<Integer>> byTopic) {
    static OwnedNames of(List<TopicPartitions> partitions) {
        var byTopic = new HashMap<String, Set<Integer>>();
        partitions.forEach(topic -> byTopic.computeIfAbsent(topic.getTopic(), name -> new HashSet<>())
                .addAll(topic.getPartitionsList()));
        return new OwnedNames(byTopic);
    }

    /**
     * The member without what it had to let go of and owns no longer. What it is meant to own and does not name stays with
     * it: it may not have heard of it yet.
     */
    MemberImage release(MemberImage member, SubscribedTopics topics) {
        var revoking = member.revoking();
        for (var partition : member.revoking().keySet()) {
            var topic = topics.image().topic(partition.topicId());
            boolean owned = topic.isPresent()
                    && byTopic.getOrDefault(topic.get().name(), Set.of()).contains(partition.partition());
            if (!owned) {
                revoking = revoking.minus(partition);
            }
        }
        return revoking == member.revoking() ? member : member.with(member.epoch(), member.owned(), revoking);
    }
}
