package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CommitOffsetsResponse;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteGroupResponse;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.DeleteOffsetsResponse;
import io.kontiki.proto.v1.DescribeGroupRequest;
import io.kontiki.proto.v1.DescribeGroupResponse;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsResponse;
import io.kontiki.proto.v1.GroupListing;
import io.kontiki.proto.v1.GroupMember;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.ListGroupsRequest;
import io.kontiki.proto.v1.ListGroupsResponse;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicPartitions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdminGroupsTest {
    private final Groups groups = new Groups();
    private final String name = UUID.randomUUID().toString();
    private Server server;
    private Admin admin;

    @BeforeEach
    void start() throws IOException {
        server = InProcessServerBuilder.forName(name).addService(groups).build().start();
        admin = Admin.builder()
                .bootstrapServers("any:1")
                .transport((address, listener) ->
                        InProcessChannelBuilder.forName(name).build())
                .build();
    }

    @AfterEach
    void stop() {
        admin.close();
        server.shutdownNow();
    }

    private static TopicPartitions partitions(String topic, Integer... numbers) {
        return TopicPartitions.newBuilder()
                .setTopic(topic)
                .addAllPartitions(List.of(numbers))
                .build();
    }

    private static TopicPartition t(int number) {
        return new TopicPartition("t", number);
    }

    /** Answers what the tests ask, and nothing else. */
    private static final class Groups extends GroupServiceGrpc.GroupServiceImplBase {
        private int largestCommit;
        private int commits;
        private boolean unreadable;
        private long index;
        private final List<Long> knownIndexes = new ArrayList<>();

        @Override
        public void listGroups(ListGroupsRequest request, StreamObserver<ListGroupsResponse> answer) {
            boolean first = request.getAfter().isEmpty();
            answer.onNext(ListGroupsResponse.newBuilder()
                    .addGroups(listing(first ? "a" : "behind " + request.getAfter()))
                    .setMore(first)
                    .build());
            answer.onCompleted();
        }

        private static GroupListing listing(String id) {
            return GroupListing.newBuilder()
                    .setGroupId(id)
                    .setState(io.kontiki.proto.v1.GroupState.GROUP_STATE_STABLE)
                    .setMembers(1)
                    .setAssignor(io.kontiki.proto.v1.Assignor.ASSIGNOR_STICKY)
                    .setCoordinatorId(-1)
                    .build();
        }

        @Override
        public void describeGroup(DescribeGroupRequest request, StreamObserver<DescribeGroupResponse> answer) {
            answer.onNext(DescribeGroupResponse.newBuilder()
                    .setGroup(listing(request.getGroupId()))
                    .setGroupEpoch(7)
                    .setAssignmentEpoch(6)
                    .addMembers(GroupMember.newBuilder()
                            .setMemberId("m")
                            .setClientId("c")
                            .setClientHost("h")
                            .setSubscription(Subscription.newBuilder().setTopicPattern("t.*"))
                            .setMemberEpoch(5)
                            .addOwned(partitions("t", 1, 0))
                            .addTarget(partitions("t", 0))
                            .setSessionTimeoutMs(9000))
                    .setIndex(index)
                    .build());
            answer.onCompleted();
        }

        @Override
        public void commitOffsets(CommitOffsetsRequest request, StreamObserver<CommitOffsetsResponse> answer) {
            commits++;
            knownIndexes.add(request.getKnownIndex());
            largestCommit = Math.max(largestCommit, request.getOffsetsCount());
            var response = CommitOffsetsResponse.newBuilder();
            request.getOffsetsList().forEach(offset -> {
                var result =
                        response.addResultsBuilder().setTopic(offset.getTopic()).setPartition(offset.getPartition());
                if (offset.getPartition() == 3) {
                    result.setError(
                            FakeCluster.error(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND));
                } else if (request.getKnownIndex() < index) {
                    result.setError(FakeCluster.error(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_CONCURRENT_CHANGE));
                }
            });
            answer.onNext(response.setIndex(index).build());
            answer.onCompleted();
        }

        @Override
        public void fetchOffsets(FetchOffsetsRequest request, StreamObserver<FetchOffsetsResponse> answer) {
            var response = FetchOffsetsResponse.newBuilder();
            var first = response.addOffsetsBuilder().setTopic("t").setPartition(0);
            first.getCommittedBuilder()
                    .setOffset(4)
                    .setLeaderEpoch(2)
                    .setMetadata("x")
                    .setCommittedAtMs(9);
            if (unreadable) {
                response.addOffsetsBuilder()
                        .setTopic("t")
                        .setPartition(1)
                        .setError(FakeCluster.error(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_INTERNAL));
            }
            answer.onNext(response.setIndex(index).build());
            answer.onCompleted();
        }

        @Override
        public void deleteGroup(DeleteGroupRequest request, StreamObserver<DeleteGroupResponse> answer) {
            knownIndexes.add(request.getKnownIndex());
            answer.onNext(DeleteGroupResponse.getDefaultInstance());
            answer.onCompleted();
        }

        @Override
        public void deleteOffsets(DeleteOffsetsRequest request, StreamObserver<DeleteOffsetsResponse> answer) {
            knownIndexes.add(request.getKnownIndex());
            answer.onNext(DeleteOffsetsResponse.newBuilder()
                    .addAllDeleted(request.getTopicsList())
                    .build());
            answer.onCompleted();
        }
    }

    @Test
    void listsAllPages() {
        assertThat(admin.groups()).extracting(GroupInfo::id).containsExactly("a", "behind a");
    }

    @Test
    void describesAGroup() {
        var group = admin.describeGroup("g");

        assertThat(group.info())
                .isEqualTo(new GroupInfo("g", GroupState.STABLE, 1, Optional.of(Assignor.STICKY), OptionalInt.empty()));
        assertThat(group.groupEpoch()).isEqualTo(7);
        assertThat(group.assignmentEpoch()).isEqualTo(6);
        assertThat(group.members())
                .containsExactly(new GroupMemberInfo(
                        "m",
                        Optional.empty(),
                        "c",
                        "h",
                        List.of(),
                        Optional.of("t.*"),
                        5,
                        Set.of(t(0), t(1)),
                        Set.of(t(0)),
                        Duration.ofSeconds(9)));
    }

    @Test
    void showsOffsetsOrFailsIfOneCannotBeRead() {
        var offset = admin.groupOffsets("g").get(t(0));
        assertThat(offset.offset()).isEqualTo(4);
        assertThat(offset.leaderEpoch()).hasValue(2);
        assertThat(offset.metadata()).isEqualTo("x");
        assertThat(offset.committedAtMs()).hasValue(9);

        groups.unreadable = true;
        var failure = catchThrowableOfType(KontikiException.class, () -> admin.groupOffsets("g"));
        assertThat(failure.reason()).isEqualTo(ErrorReason.INTERNAL);
    }

    /** What was committed since the last answer stays until this one has told of it. */
    @Test
    void namesInEachCommitWhatItKnewBefore() {
        groups.index = 40;
        var wanted = Map.of(t(0), CommittedOffset.of(1));
        assertThat(admin.alterGroupOffsets("g", wanted)).containsEntry(t(0), Optional.empty());
        assertThat(groups.knownIndexes).containsExactly(1L, 40L);

        groups.index = 41;
        admin.groupOffsets("g");
        admin.alterGroupOffsets("g", wanted);
        assertThat(groups.knownIndexes).containsExactly(1L, 40L, 41L);
    }

    @Test
    void forgetsNothingThatCameAfterItLooked() {
        groups.index = 40;
        admin.deleteGroup("g");
        groups.index = 41;
        admin.deleteGroupOffsets("g", Set.of(t(1)));
        groups.index = 42;
        admin.deleteGroupOffsetsOfTopics("g", Set.of("t"));

        assertThat(groups.knownIndexes).containsExactly(40L, 41L, 42L);
    }

    @Test
    void changesOffsetsInSeveralCallsAndTellsEachFailure() {
        var wanted = new TreeMap<TopicPartition, CommittedOffset>();
        for (int i = 0; i < 2000; i++) {
            wanted.put(t(i), CommittedOffset.of(i));
        }

        var results = admin.alterGroupOffsets("g", wanted);

        assertThat(results).hasSize(2000);
        assertThat(results.get(t(3)).orElseThrow().reason()).isEqualTo(ErrorReason.PARTITION_NOT_FOUND);
        assertThat(results.values().stream().filter(Optional::isPresent)).hasSize(1);
        assertThat(groups.commits).isEqualTo(3);
        assertThat(groups.largestCommit).isLessThanOrEqualTo(800);
    }

    @Test
    void forgetsOffsetsByPartition() {
        assertThat(admin.deleteGroupOffsets("g", Set.of(t(1), t(0)))).containsExactly(t(0), t(1));
        assertThat(admin.deleteGroupOffsetsOfTopics("g", Set.of())).isEmpty();
    }
}
