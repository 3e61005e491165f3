package io.kontiki.group;

import io.kontiki.metadata.Assignor;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.Joined;
import io.kontiki.proto.v1.MemberAssignment;
import io.kontiki.proto.v1.MemberHeartbeat;
import io.kontiki.proto.v1.TopicPartitions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** What members are told. */
final class MemberMessages {
    private MemberMessages() {}

    static JoinResponse.Builder joined(MemberImage member, Assignor assignor, int heartbeatIntervalMs) {
        return JoinResponse.newBuilder()
                .setJoined(Joined.newBuilder()
                        .setMemberEpoch(member.epoch())
                        .setHeartbeatIntervalMs(heartbeatIntervalMs)
                        .setSessionTimeoutMs(member.sessionTimeoutMs())
                        .setRebalanceTimeoutMs(member.rebalanceTimeoutMs())
                        .setAssignorValue(assignor.number()));
    }

    /** What it owns, without what it has to let go of. */
    static JoinResponse.Builder assignment(MemberImage member, int assignmentEpoch, MetadataImage image) {
        return JoinResponse.newBuilder()
                .setAssignment(MemberAssignment.newBuilder()
                        .setMemberEpoch(member.epoch())
                        .addAllPartitions(names(member.owned().keySet(), image))
                        .setGroupEpoch(assignmentEpoch));
    }

    static JoinResponse.Builder heartbeat() {
        return JoinResponse.newBuilder().setHeartbeat(MemberHeartbeat.getDefaultInstance());
    }

    /** Partitions by the names of their topics, in the order of names and numbers; without those of topics that are gone. */
    static List<TopicPartitions> names(Collection<TopicPartition> partitions, MetadataImage image) {
        var byName = new TreeMap<String, TopicPartitions.Builder>();
        for (var partition : partitions) {
            image.topic(partition.topicId())
                    .ifPresent(topic -> byName.computeIfAbsent(
                                    topic.name(),
                                    name -> TopicPartitions.newBuilder().setTopic(name))
                            .addPartitions(partition.partition()));
        }
        var named = new ArrayList<TopicPartitions>();
        byName.values().forEach(topic -> named.add(topic.build()));
        return named;
    }
}
