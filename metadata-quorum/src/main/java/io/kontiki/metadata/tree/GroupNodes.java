package io.kontiki.metadata.tree;

import io.kontiki.json.JsonFields;
import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.SlotsImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;

/** {@code /groups}. */
final class GroupNodes {
    private GroupNodes() {}

    static MetadataNode groups(MetadataImage image) {
        return Nodes.branch(Nodes.byText(image.groups().byId(), (id, group) -> group(image, group)));
    }

    private static MetadataNode group(MetadataImage image, GroupImage group) {
        var nodes = Nodes.names();
        nodes.put("members", () -> Nodes.branch(Nodes.byText(group.members(), (id, member) -> member(image, member))));
        nodes.put("offsets", () -> Nodes.branch(Nodes.byText(topics(image, group), (name, offsets) -> topic(offsets))));
        return Nodes.of(() -> value(image, group), OptionalLong.of(group.version()), Nodes.named(nodes));
    }

    private static JsonFields value(MetadataImage image, GroupImage group) {
        var value = new JsonFields()
                .put("epoch", group.epoch())
                .put("assignment_epoch", group.assignmentEpoch())
                .put(
                        "assignor",
                        group.assignor().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .put("members", group.members().size())
                .put("slot", SlotsImage.numberOf(group.id()));
        MetadataTree.putBroker(
                value, "coordinator", image.slots().of(group.id()).owner());
        return value.put("empty_since_ms", group.emptySinceMs());
    }

    private static MetadataNode member(MetadataImage image, MemberImage member) {
        return Nodes.leaf(() -> new JsonFields()
                .put("instance_id", member.instanceId())
                .put("client_id", member.clientId())
                .put("client_host", member.clientHost())
                .putTexts("topics", member.topics())
                .put("topic_pattern", member.topicPattern())
                .put("session_timeout_ms", member.sessionTimeoutMs())
                .put("rebalance_timeout_ms", member.rebalanceTimeoutMs())
                .put("epoch", member.epoch())
                .put("owned", byTopic(image, member.owned().keySet()))
                .put("revoking", byTopic(image, member.revoking().keySet()))
                .put("target", byTopic(image, member.target())));
    }

    private static JsonFields byTopic(MetadataImage image, Collection<TopicPartition> partitions) {
        var names = new TreeMap<String, List<Integer>>();
        for (var partition : partitions) {
            names.computeIfAbsent(name(image, partition.topicId()), name -> new ArrayList<>())
                    .add(partition.partition());
        }
        var value = new JsonFields();
        names.forEach(value::putNumbers);
        return value;
    }

    /** Offsets are stored by topic id; a group has few topics, so they are put in the order of names each time. */
    private static NavigableMap<String, NavigableMap<Integer, CommittedOffset>> topics(
            MetadataImage image, GroupImage group) {
        var names = new TreeMap<String, NavigableMap<Integer, CommittedOffset>>();
        group.offsets().byTopic().forEach((id, offsets) -> names.put(name(image, id), offsets));
        return names;
    }

    private static MetadataNode topic(NavigableMap<Integer, CommittedOffset> offsets) {
        return Nodes.branch(Nodes.byNumber(offsets, (partition, committed) -> offset(committed)));
    }

    private static MetadataNode offset(CommittedOffset committed) {
        return Nodes.leaf(
                () -> {
                    var value = new JsonFields().put("offset", committed.offset());
                    if (committed.leaderEpoch() == CommittedOffset.NO_LEADER_EPOCH) {
                        value.putNull("leader_epoch");
                    } else {
                        value.put("leader_epoch", committed.leaderEpoch());
                    }
                    return value.put("metadata", committed.metadata())
                            .put("committed_at_ms", committed.committedAtMs());
                },
                OptionalLong.of(committed.index()));
    }

    private static String name(MetadataImage image, UUID topicId) {
        return image.topic(topicId).map(TopicImage::name).orElseGet(topicId::toString);
    }
}
