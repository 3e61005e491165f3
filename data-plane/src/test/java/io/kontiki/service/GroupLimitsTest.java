package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.ListGroupsRequest;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.RemoveMemberRequest;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicPartitions;
import java.util.Collections;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a request about a group may hold. */
class GroupLimitsTest {
    private static final String LONGEST_ID = "g".repeat(249);

    private static JoinGroup.Builder join() {
        return JoinGroup.newBuilder()
                .setGroupId(LONGEST_ID)
                .setMemberId("m".repeat(128))
                .setInstanceId("i".repeat(128))
                .setClientId("ü".repeat(124))
                .setSessionTimeoutMs(1_800_000)
                .setRebalanceTimeoutMs(3_600_000)
                .setSubscription(Subscription.newBuilder().addTopics("t").setTopicPattern("a.*"));
    }

    private static JoinGroup.Builder subscribed(Subscription.Builder subscription) {
        return join().setSubscription(subscription);
    }

    private static CommitOffsetsRequest.Builder commit() {
        return CommitOffsetsRequest.newBuilder().setGroupId("g").addOffsets(offset());
    }

    private static OffsetToCommit.Builder offset() {
        return OffsetToCommit.newBuilder().setTopic("t").setPartition(3).setLeaderEpoch(0);
    }

    private static TopicPartitions partitions(String topic, int count) {
        return TopicPartitions.newBuilder()
                .setTopic(topic)
                .addAllPartitions(IntStream.range(0, count).boxed().toList())
                .build();
    }

    private static Arguments joinRefused(JoinGroup.Builder join, String message) {
        return refused(() -> GroupLimits.join(join.build()), message);
    }

    private static Arguments commitRefused(CommitOffsetsRequest.Builder commit, String message) {
        return refused(() -> GroupLimits.commit(commit.build()), message);
    }

    private static Arguments refused(ThrowingCallable request, String message) {
        return Arguments.of(request, message);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                joinRefused(join().setGroupId(""), "group_id \"\" has 0 characters, but must have 1 to 249"),
                joinRefused(join().setGroupId(LONGEST_ID + "g"), "has 250 characters, but must have 1 to 249"),
                joinRefused(join().setGroupId("a b"), "group_id \"a b\""),
                joinRefused(join().setMemberId("ä"), "member_id \"ä\""),
                joinRefused(join().setInstanceId("i".repeat(129)), "instance_id"),
                joinRefused(join().setMemberEpoch(-1), "member_epoch is -1, but must be 0 or above"),
                joinRefused(join().setClientId("ü".repeat(125)), "client_id has 250 bytes, at most 249 are allowed"),
                joinRefused(join().clearSubscription(), "subscription is missing"),
                joinRefused(join().setSessionTimeoutMs(999), "session_timeout_ms is 999, but must be 1000 to 1800000"),
                joinRefused(join().setSessionTimeoutMs(1_800_001), "session_timeout_ms is 1800001"),
                joinRefused(
                        join().setRebalanceTimeoutMs(3_600_001),
                        "rebalance_timeout_ms is 3600001, but must be 1000 to 3600000"),
                joinRefused(join().setAssignorValue(9), "assignor is 9"),
                joinRefused(
                        subscribed(Subscription.newBuilder().addAllTopics(Collections.nCopies(1001, "t"))),
                        "topics has 1001 entries, at most 1000 are allowed"),
                joinRefused(subscribed(Subscription.newBuilder().addTopics("")), "topic name \"\" has 0 characters"),
                joinRefused(
                        subscribed(Subscription.newBuilder().setTopicPattern("a".repeat(1001))),
                        "topic_pattern has 1001 bytes"),
                joinRefused(
                        join().addOwned(partitions("t", 1)).addOwned(partitions("t", 1)),
                        "owned[1] is topic \"t\" again"),
                joinRefused(
                        join().addOwned(partitions("a", 5000)).addOwned(partitions("b", 5001)),
                        "owned has 10001 partitions, at most 10000 are allowed"),
                commitRefused(commit().addOffsets(offset()), "offsets[1] names partition 3 of topic \"t\" again"),
                commitRefused(
                        commit().addOffsets(offset().setPartition(-1)),
                        "offsets[1].partition is -1, but must be 0 or above"),
                commitRefused(
                        commit().addOffsets(offset().setPartition(1).setOffset(-1)),
                        "offsets[1].offset is -1, but must be 0 or above"),
                commitRefused(
                        commit().addOffsets(offset().setPartition(1).setLeaderEpoch(-1)),
                        "offsets[1].leader_epoch is -1"),
                commitRefused(
                        commit().addOffsets(offset().setPartition(1).setMetadata("x".repeat(4097))),
                        "offsets[1].metadata has 4097 bytes, at most 4096 are allowed"),
                commitRefused(
                        commit().addAllOffsets(Collections.nCopies(10_000, offset().build())),
                        "offsets has 10001 entries"),
                refused(
                        () -> GroupLimits.fetch(FetchOffsetsRequest.newBuilder()
                                .setGroupId("g")
                                .addTopics(partitions("t", 10_001))
                                .build()),
                        "topics has 10001 partitions"),
                refused(
                        () -> GroupLimits.list(ListGroupsRequest.newBuilder()
                                .setMaxGroups(1001)
                                .build()),
                        "max_groups is 1001, but must be 0 to 1000"),
                refused(
                        () -> GroupLimits.deleteOffsets(DeleteOffsetsRequest.newBuilder()
                                .setGroupId("g")
                                .build()),
                        "topics is empty"),
                refused(
                        () -> GroupLimits.removeMember(
                                RemoveMemberRequest.newBuilder().setGroupId("g").build()),
                        "either member_id or instance_id must be set"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void requestBeyondItsLimitsIsRefusedWithFieldValueAndLimit(ThrowingCallable request, String message) {
        assertThatThrownBy(request)
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }

    @Test
    void requestAtItsLimitsIsTaken() {
        assertThatCode(() -> {
                    GroupLimits.join(join().addOwned(partitions("a", 10_000)).build());
                    GroupLimits.join(JoinGroup.newBuilder()
                            .setGroupId("g")
                            .setMemberId("m")
                            .setSubscription(Subscription.getDefaultInstance())
                            .build());
                    GroupLimits.commit(
                            commit().addOffsets(offset().setPartition(1).setMetadata("x".repeat(4096)))
                                    .build());
                    GroupLimits.fetch(FetchOffsetsRequest.newBuilder()
                            .setGroupId("g")
                            .addTopics(partitions("t", 10_000))
                            .build());
                })
                .doesNotThrowAnyException();
    }
}
