package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.DescribeGroupRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.FetchedOffset;
import io.kontiki.proto.v1.GroupListing;
import io.kontiki.proto.v1.GroupMember;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.GroupServiceGrpc.GroupServiceBlockingStub;
import io.kontiki.proto.v1.GroupState;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.ListGroupsRequest;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.RemoveMemberRequest;
import io.kontiki.proto.v1.TopicPartitions;
import io.kontiki.replication.Lease;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups over three data planes, members and calls through each of them. */
class GroupGrpcServiceTest {
    @TempDir
    private Path root;

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(root, 3);
        cluster.createTopic("a", Map.of(), List.of(0, 1, 2));
        cluster.createTopic("b", Map.of(), List.of(1, 2, 0));
    }

    @AfterEach
    void stop() throws InterruptedException {
        cluster.close();
        assertThat(cluster.defects).isEmpty();
    }

    private String groupOf(int coordinator) {
        return IntStream.range(0, 10_000)
                .mapToObj(i -> "group-" + i)
                .filter(id -> coordinatorOf(id) == coordinator)
                .findFirst()
                .orElseThrow();
    }

    private int coordinatorOf(String group) {
        return cluster.image().slots().of(group).owner();
    }

    private TestMember join(int broker, String group, String member) {
        return new TestMember(group, member).join(cluster.client(broker), "a", "b");
    }

    private GroupServiceBlockingStub calls(int broker) {
        return GroupServiceGrpc.newBlockingStub(cluster.client(broker)).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static CommitOffsetsRequest.Builder commit(String group, String topic, long offset) {
        return CommitOffsetsRequest.newBuilder()
                .setGroupId(group)
                .addOffsets(OffsetToCommit.newBuilder()
                        .setTopic(topic)
                        .setOffset(offset)
                        .setLeaderEpoch(4)
                        .setMetadata("here"));
    }

    /** Returns the reason for which the commit was refused, if it was. */
    private ErrorReason commit(int broker, CommitOffsetsRequest.Builder request) {
        var results = calls(broker).commitOffsets(request.build()).getResultsList();
        assertThat(results).hasSize(1);
        return results.get(0).getError().getReason();
    }

    private long committed(int broker, String group, String topic) {
        var offset = fetched(broker, group, topic);
        return offset.hasCommitted() ? offset.getCommitted().getOffset() : -1;
    }

    private FetchedOffset fetched(int broker, String group, String topic) {
        return calls(broker)
                .fetchOffsets(FetchOffsetsRequest.newBuilder()
                        .setGroupId(group)
                        .addTopics(TopicPartitions.newBuilder().setTopic(topic).addPartitions(0))
                        .build())
                .getOffsets(0);
    }

    private GroupListing listing(int broker, String group) {
        return calls(broker)
                .describeGroup(
                        DescribeGroupRequest.newBuilder().setGroupId(group).build())
                .getGroup();
    }

    private static void assertRefused(ThrowingCallable call, String reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refusal -> assertThat(Refusals.reason(refusal)).isEqualTo(reason));
    }

    @Test
    void memberJoinsThroughABrokerThatDoesNotCoordinateItsGroup() {
        var group = groupOf(0);
        var member = join(1, group, "m");
        member.awaitOwned("a-0", "b-0");

        member.heartbeat();
        await().until(() -> member.heartbeats() == 1);
        var request = commit(group, "a", 7).setMemberId("m").setMemberEpoch(member.epoch());
        assertThat(commit(2, request)).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);

        var told = fetched(1, group, "a").getCommitted();
        assertThat(told.getOffset()).isEqualTo(7);
        assertThat(told.getLeaderEpoch()).isEqualTo(4);
        assertThat(told.getMetadata()).isEqualTo("here");
        assertThat(fetched(1, group, "b").hasCommitted()).isFalse();

        member.leave();
        assertThat(member.awaitEnd()).isEqualTo("completed");
        await().until(() -> listing(2, group).getState() == GroupState.GROUP_STATE_EMPTY);
    }

    @Test
    void partitionsChangeHandsAcrossBrokers() {
        var group = groupOf(2);
        var first = join(0, group, "m1");
        first.awaitOwned("a-0", "b-0");

        var second = join(1, group, "m2");
        await().until(() -> first.owned().size() == 1 && second.owned().size() == 1);
        assertThat(first.owned()).doesNotContainAnyElementsOf(second.owned());
        await().until(() -> listing(0, group).getState() == GroupState.GROUP_STATE_STABLE);
        var described = calls(0).describeGroup(
                        DescribeGroupRequest.newBuilder().setGroupId(group).build());
        assertThat(described.getGroup().getCoordinatorId()).isEqualTo(2);
        assertThat(described.getMembersList())
                .extracting(GroupMember::getMemberId)
                .containsExactly("m1", "m2");

        calls(1).removeMember(RemoveMemberRequest.newBuilder()
                .setGroupId(group)
                .setMemberId("m1")
                .build());
        assertThat(first.awaitEnd()).isEqualTo("UNKNOWN_MEMBER");
        second.awaitOwned("a-0", "b-0");
    }

    @Test
    void commitsSurviveTheEndOfTheCoordinator() throws InterruptedException {
        var group = groupOf(0);
        var member = join(1, group, "m");
        member.awaitOwned("a-0", "b-0");
        assertThat(commit(1, commit(group, "b", 9).setMemberId("m").setMemberEpoch(member.epoch())))
                .isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);

        cluster.stop(0);

        assertThat(member.awaitEnd()).isEqualTo("NOT_COORDINATOR");
        await().until(() -> coordinatorOf(group) != 0);
        int survivor = 3 - coordinatorOf(group);
        assertThat(committed(survivor, group, "b")).isEqualTo(9);
        member.join(cluster.client(survivor), "a", "b");
        member.awaitJoined();
        assertThat(member.owned()).containsExactly("a-0", "b-0");
        assertThat(commit(survivor, commit(group, "b", 10).setMemberId("m").setMemberEpoch(member.epoch())))
                .isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(committed(coordinatorOf(group), group, "b")).isEqualTo(10);
    }

    @Test
    void membersAreToldWhenTheirGroupMoves() {
        var group = groupOf(0);
        var direct = join(0, group, "m1");
        var relayed = join(1, group, "m2");
        direct.awaitJoined();
        relayed.awaitJoined();

        cluster.fence(0);

        assertThat(direct.awaitEnd()).isEqualTo("NOT_COORDINATOR");
        assertThat(relayed.awaitEnd()).isEqualTo("NOT_COORDINATOR");
    }

    /** As a coordinator whose process hangs, and whose connections stay open. */
    @Test
    void memberDoesNotWaitForACoordinatorThatWasDeposed() throws IOException, InterruptedException {
        var group = groupOf(0);
        var joining = new CountDownLatch(1);
        cluster.impersonate(0, new GroupServiceGrpc.GroupServiceImplBase() {
            @Override
            public StreamObserver<JoinRequest> join(StreamObserver<JoinResponse> out) {
                joining.countDown();
                return new Answers<>();
            }
        });
        var member = join(1, group, "m");
        assertThat(joining.await(20, TimeUnit.SECONDS)).isTrue();

        cluster.fence(0);

        assertThat(member.awaitEnd()).isEqualTo("NOT_COORDINATOR");
        member.join(cluster.client(1), "a", "b");
        member.awaitOwned("a-0", "b-0");
    }

    /** Two brokers whose images differ would hand it to each other for ever. */
    @Test
    void relayedCallIsNotRelayedAgain() {
        var header = new Metadata();
        header.put(Metadata.Key.of("kontiki-relayed-for", Metadata.ASCII_STRING_MARSHALLER), "10.0.0.9");
        var relayed = calls(1).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header));

        assertRefused(() -> relayed.commitOffsets(commit(groupOf(0), "a", 1).build()), "NOT_COORDINATOR");
        assertThat(relayed.commitOffsets(commit(groupOf(1), "a", 1).build()).getResultsCount())
                .isEqualTo(1);
    }

    @Test
    void coordinatorWithoutALeaseAnswersNothing() {
        var group = groupOf(0);
        assertThat(commit(1, commit(group, "a", 3))).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);

        cluster.renew(0, new Lease(System.nanoTime()));

        assertRefused(() -> committed(1, group, "a"), "LEASE_EXPIRED");
    }

    @Test
    void brokerThatStopsSendsMembersAway() {
        var group = groupOf(0);
        var direct = join(0, group, "m1");
        var relayed = join(1, group, "m2");
        direct.awaitJoined();
        relayed.awaitJoined();

        cluster.dataPlane(0).leaveGroups();
        assertThat(join(0, group, "m3").awaitEnd()).isEqualTo("SHUTTING_DOWN");
        var third = join(2, group, "m3");
        third.awaitJoined();

        cluster.dataPlane(0).endGroupStreams();
        assertThat(direct.awaitEnd()).isEqualTo("SHUTTING_DOWN");
        assertThat(relayed.awaitEnd()).isEqualTo("SHUTTING_DOWN");
        assertThat(third.awaitEnd()).isEqualTo("SHUTTING_DOWN");
    }

    @Test
    void groupsAreListedByAnyBrokerAndDeletedThroughAny() {
        for (int coordinator = 0; coordinator < 3; coordinator++) {
            commit(0, commit(groupOf(coordinator), "a", 1));
        }
        var ids = IntStream.range(0, 3).mapToObj(this::groupOf).sorted().toList();
        await().until(() ->
                calls(2).listGroups(ListGroupsRequest.getDefaultInstance()).getGroupsCount() == 3);
        var first = calls(2).listGroups(
                        ListGroupsRequest.newBuilder().setMaxGroups(2).build());
        assertThat(first.getGroupsList())
                .extracting(GroupListing::getGroupId)
                .containsExactlyElementsOf(ids.subList(0, 2));
        assertThat(first.getMore()).isTrue();
        var rest = calls(2).listGroups(
                        ListGroupsRequest.newBuilder().setAfter(ids.get(1)).build());
        assertThat(rest.getGroupsList()).extracting(GroupListing::getGroupId).containsExactly(ids.get(2));
        assertThat(rest.getMore()).isFalse();

        for (var id : ids) {
            var deleted = calls(0).deleteOffsets(DeleteOffsetsRequest.newBuilder()
                    .setGroupId(id)
                    .addTopics(TopicPartitions.newBuilder().setTopic("a"))
                    .build());
            assertThat(deleted.getDeletedList())
                    .containsExactly(TopicPartitions.newBuilder()
                            .setTopic("a")
                            .addPartitions(0)
                            .build());
            calls(1).deleteGroup(DeleteGroupRequest.newBuilder().setGroupId(id).build());
            assertRefused(() -> listing(2, id), "GROUP_NOT_FOUND");
        }
    }

    @Test
    void badRequestIsRefusedByTheBrokerThatTakesIt() {
        assertRefused(() -> commit(1, commit("no good", "a", 1)), "INVALID_ARGUMENT");
        var member = new TestMember("a b", "m").join(cluster.client(1), "a");
        assertThat(member.awaitEnd()).isEqualTo("INVALID_ARGUMENT");
    }
}
