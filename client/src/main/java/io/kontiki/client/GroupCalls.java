package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.kontiki.client.OffsetCalls.Asker;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.DescribeGroupRequest;
import io.kontiki.proto.v1.DescribeGroupResponse;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.GroupListing;
import io.kontiki.proto.v1.GroupMember;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.ListGroupsRequest;
import io.kontiki.proto.v1.RemoveMemberRequest;
import io.kontiki.proto.v1.TopicPartitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** The calls about consumer groups, from outside of them. Calls block. Thread-safe. */
final class GroupCalls {
    /** What a request may name at most. */
    private static final int PARTITIONS_MAX = 10_000;

    private final AnyBroker anyBroker;
    private final OffsetCalls offsets;
    private final Duration requestTimeout;

    GroupCalls(AnyBroker anyBroker, Duration requestTimeout) {
        this.anyBroker = anyBroker;
        this.offsets = new OffsetCalls(anyBroker);
        this.requestTimeout = requestTimeout;
    }

    /** See {@link Admin#groups}. */
    List<GroupInfo> list() {
        var all = new ArrayList<GroupInfo>();
        var after = "";
        while (true) {
            var request = ListGroupsRequest.newBuilder().setAfter(after).build();
            var page = anyBroker.read(
                    (channel, deadline) -> groups(channel, deadline).listGroups(request));
            page.getGroupsList().forEach(group -> all.add(info(group)));
            if (!page.getMore() || page.getGroupsCount() == 0) {
                return all;
            }
            after = page.getGroups(page.getGroupsCount() - 1).getGroupId();
        }
    }

    /** See {@link Admin#describeGroup}. */
    GroupDescription describe(String groupId) {
        var answer = ask(groupId);
        return new GroupDescription(
                info(answer.getGroup()),
                answer.getGroupEpoch(),
                answer.getAssignmentEpoch(),
                answer.getMembersList().stream().map(GroupCalls::member).toList());
    }

    private DescribeGroupResponse ask(String groupId) {
        var request = DescribeGroupRequest.newBuilder().setGroupId(groupId).build();
        return anyBroker.read((channel, deadline) -> groups(channel, deadline).describeGroup(request));
    }

    private static GroupInfo info(GroupListing group) {
        return new GroupInfo(
                group.getGroupId(),
                switch (group.getState()) {
                    case GROUP_STATE_EMPTY -> GroupState.EMPTY;
                    case GROUP_STATE_STABLE -> GroupState.STABLE;
                    // What a later broker may call otherwise is not known to be settled.
                    case GROUP_STATE_RECONCILING, GROUP_STATE_UNSPECIFIED, UNRECOGNIZED -> GroupState.RECONCILING;
                },
                group.getMembers(),
                WireValues.assignor(group.getAssignor()),
                group.getCoordinatorId() < 0 ? OptionalInt.empty() : OptionalInt.of(group.getCoordinatorId()));
    }

    private static GroupMemberInfo member(GroupMember member) {
        var subscription = member.getSubscription();
        return new GroupMemberInfo(
                member.getMemberId(),
                given(member.getInstanceId()),
                member.getClientId(),
                member.getClientHost(),
                List.copyOf(subscription.getTopicsList()),
                given(subscription.getTopicPattern()),
                member.getMemberEpoch(),
                WireValues.partitions(member.getOwnedList()),
                WireValues.partitions(member.getTargetList()),
                Duration.ofMillis(member.getSessionTimeoutMs()));
    }

    private static Optional<String> given(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** See {@link Admin#groupOffsets}. */
    Map<TopicPartition, CommittedOffset> offsets(String groupId) {
        return offsets.fetchAll(Asker.outsideOf(groupId), requestTimeout);
    }

    /** See {@link Admin#alterGroupOffsets}. */
    Map<TopicPartition, Optional<KontikiException>> alterOffsets(
            String groupId, Map<TopicPartition, CommittedOffset> wanted) {
        return offsets.commit(Asker.outsideOf(groupId), wanted, requestTimeout);
    }

    /** See {@link Admin#deleteGroup}. */
    void delete(String groupId) {
        anyBroker.change((channel, deadline) -> groups(channel, deadline)
                .deleteGroup(DeleteGroupRequest.newBuilder()
                        .setGroupId(groupId)
                        .setKnownIndex(ask(groupId).getIndex())
                        .build()));
    }

    /** See {@link Admin#deleteGroupOffsets}. */
    Set<TopicPartition> deleteOffsets(String groupId, Set<TopicPartition> partitions) {
        var deleted = new TreeSet<TopicPartition>();
        for (var part : WireValues.parts(new TreeSet<>(partitions), PARTITIONS_MAX)) {
            deleted.addAll(deleteOffsets(groupId, WireValues.byTopic(part)));
        }
        return deleted;
    }

    /** See {@link Admin#deleteGroupOffsetsOfTopics}. */
    Set<TopicPartition> deleteOffsetsOfTopics(String groupId, Set<String> topics) {
        var whole = new TreeSet<>(topics)
                .stream()
                        .map(topic ->
                                TopicPartitions.newBuilder().setTopic(topic).build())
                        .toList();
        return whole.isEmpty() ? Set.of() : deleteOffsets(groupId, whole);
    }

    private Set<TopicPartition> deleteOffsets(String groupId, List<TopicPartitions> topics) {
        var answer = anyBroker.change((channel, deadline) -> groups(channel, deadline)
                .deleteOffsets(DeleteOffsetsRequest.newBuilder()
                        .setGroupId(groupId)
                        .addAllTopics(topics)
                        .setKnownIndex(indexOf(groupId, topics))
                        .build()));
        return WireValues.partitions(answer.getDeletedList());
    }

    /** Of the offsets as they are now: what is committed later is not to be forgotten by a call that is held up. */
    private long indexOf(String groupId, List<TopicPartitions> topics) {
        var request = FetchOffsetsRequest.newBuilder()
                .setGroupId(groupId)
                .addAllTopics(topics)
                .build();
        return anyBroker
                .read((channel, deadline) -> groups(channel, deadline).fetchOffsets(request))
                .getIndex();
    }

    /** See {@link Admin#removeMember} and {@link Admin#removeInstance}. */
    void removeMember(String groupId, String memberId, String instanceId) {
        var request = RemoveMemberRequest.newBuilder()
                .setGroupId(groupId)
                .setMemberId(memberId)
                .setInstanceId(instanceId)
                .build();
        anyBroker.change((channel, deadline) -> groups(channel, deadline).removeMember(request));
    }

    private static GroupServiceGrpc.GroupServiceBlockingStub groups(Channel channel, Deadline deadline) {
        return GroupServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
    }
}
