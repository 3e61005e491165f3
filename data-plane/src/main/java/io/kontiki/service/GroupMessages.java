package io.kontiki.service;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.Assignor;
import io.kontiki.proto.v1.DescribeGroupResponse;
import io.kontiki.proto.v1.GroupListing;
import io.kontiki.proto.v1.GroupMember;
import io.kontiki.proto.v1.GroupState;
import io.kontiki.proto.v1.ListGroupsRequest;
import io.kontiki.proto.v1.ListGroupsResponse;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicPartitions;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Groups of an image as clients are told of them. */
final class GroupMessages {
    private GroupMessages() {}

    /** One page of all groups, as far as this image has them. */
    static ListGroupsResponse page(MetadataImage image, ListGroupsRequest request) {
        int max = request.getMaxGroups() == 0 ? GroupLimits.GROUPS_PER_PAGE_MAX : request.getMaxGroups();
        var page = ListGroupsResponse.newBuilder();
        for (GroupImage group :
                image.groups().byId().tailMap(request.getAfter(), false).values()) {
            if (page.getGroupsCount() == max) {
                return page.setMore(true).build();
            }
            page.addGroups(listing(image, group));
        }
        return page.build();
    }

    static DescribeGroupResponse described(MetadataImage image, GroupImage group) {
        var response = DescribeGroupResponse.newBuilder()
                .setGroup(listing(image, group))
                .setGroupEpoch(group.epoch())
                .setAssignmentEpoch(group.assignmentEpoch())
                .setIndex(image.position().index());
        group.members().values().forEach(member -> response.addMembers(member(image, member)));
        return response.build();
    }

    private static GroupListing listing(MetadataImage image, GroupImage group) {
        return GroupListing.newBuilder()
                .setGroupId(group.id())
                .setState(state(group))
                .setMembers(group.members().size())
                .setAssignor(Assignor.forNumber(group.assignor().number()))
                .setCoordinatorId(image.slots().of(group.id()).owner())
                .build();
    }

    private static GroupState state(GroupImage group) {
        if (group.isEmpty()) {
            return GroupState.GROUP_STATE_EMPTY;
        }
        boolean stable = group.assignmentEpoch() == group.epoch()
                && group.members().values().stream().allMatch(member -> isSettled(group, member));
        return stable ? GroupState.GROUP_STATE_STABLE : GroupState.GROUP_STATE_RECONCILING;
    }

    private static boolean isSettled(GroupImage group, MemberImage member) {
        return member.epoch() == group.assignmentEpoch()
                && member.revoking().isEmpty()
                && member.owned().keySet().equals(member.target());
    }

    private static GroupMember member(MetadataImage image, MemberImage member) {
        var held = new TreeSet<>(member.owned().keySet());
        held.addAll(member.revoking().keySet());
        return GroupMember.newBuilder()
                .setMemberId(member.id())
                .setInstanceId(member.instanceId().orElse(""))
                .setClientId(member.clientId())
                .setClientHost(member.clientHost())
                .setSubscription(Subscription.newBuilder()
                        .addAllTopics(member.topics())
                        .setTopicPattern(member.topicPattern().orElse("")))
                .setMemberEpoch(member.epoch())
                .addAllOwned(partitions(image, held))
                .addAllTarget(partitions(image, member.target()))
                .setSessionTimeoutMs(member.sessionTimeoutMs())
                .build();
    }

    /** By topic name; without those of topics that are gone. */
    static List<TopicPartitions> partitions(MetadataImage image, Collection<TopicPartition> partitions) {
        var byName = new TreeMap<String, TreeSet<Integer>>();
        for (TopicPartition partition : partitions) {
            image.topic(partition.topicId())
                    .map(TopicImage::name)
                    .ifPresent(name -> byName.computeIfAbsent(name, topic -> new TreeSet<>())
                            .add(partition.partition()));
        }
        return byName.entrySet().stream()
                .map(topic -> TopicPartitions.newBuilder()
                        .setTopic(topic.getKey())
                        .addAllPartitions(topic.getValue())
                        .build())
                .toList();
    }
}
