package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.PartitionReplies;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.v1.CancelReassignmentsRequest;
import io.kontiki.proto.v1.ElectLeadersRequest;
import io.kontiki.proto.v1.ElectLeadersRequest.Election;
import io.kontiki.proto.v1.ElectLeadersResponse;
import io.kontiki.proto.v1.ElectedLeader;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionName;
import io.kontiki.proto.v1.PartitionServiceGrpc;
import io.kontiki.proto.v1.PartitionServiceGrpc.PartitionServiceBlockingStub;
import io.kontiki.proto.v1.ReassignPartitionsRequest;
import io.kontiki.proto.v1.ReassignedPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the service itself does; the controller is told what to answer. */
class PartitionGrpcServiceTest {
    private final LocalMetadata metadata = new LocalMetadata(fault -> {
        throw fault;
    });
    private final InMemoryController quorum = new InMemoryController(metadata, 3);
    private final List<ProposeRequest> proposals = new ArrayList<>();
    private Function<ProposeRequest, ProposeResponse> controller = request -> ProposeResponse.getDefaultInstance();
    private ServiceFixture fixture;
    private PartitionServiceBlockingStub partitions;

    @BeforeEach
    void start() {
        fixture = new ServiceFixture(new PartitionGrpcService(metadata, this::propose, endpoint -> {
            throw new AssertionError("nobody is to be asked");
        }));
        partitions = PartitionServiceGrpc.newBlockingStub(fixture.channel());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        proposals.add(request);
        return CompletableFuture.completedFuture(controller.apply(request));
    }

    private static PartitionName name(String topic, int partition) {
        return PartitionName.newBuilder()
                .setTopic(topic)
                .setPartition(partition)
                .build();
    }

    private static ProposeResponse judged(PartitionReply... replies) {
        return ProposeResponse.newBuilder()
                .setReply(CommandReply.newBuilder()
                        .setPartitions(PartitionReplies.newBuilder().addAllPartitions(List.of(replies))))
                .build();
    }

    private static ReassignPartitionsRequest.Builder reassign(PartitionName... names) {
        var request = ReassignPartitionsRequest.newBuilder();
        for (PartitionName name : names) {
            request.addPartitions(
                    ReassignedPartition.newBuilder().setPartition(name).addReplicas(1));
        }
        return request;
    }

    private void refused(String field, String message, ThrowingCallable call) {
        var failure = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(failure).hasMessageContaining(field).hasMessageContaining(message);
        assertThat(proposals).isEmpty();
    }

    @Test
    void eachPartitionGetsItsOwnVerdict() {
        controller = request -> judged(
                PartitionReply.getDefaultInstance(),
                PartitionReply.newBuilder()
                        .setReason(ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND)
                        .setMessage("there is none")
                        .build());

        var results = partitions
                .reassignPartitions(reassign(name("t", 0), name("t", 7)).build())
                .getPartitionsList();

        assertThat(results.get(0).getPartition()).isEqualTo(name("t", 0));
        assertThat(results.get(0).hasError()).isFalse();
        assertThat(results.get(1).getPartition()).isEqualTo(name("t", 7));
        assertThat(results.get(1).getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND);
        assertThat(results.get(1).getError().getMessage()).isEqualTo("there is none");
    }

    @Test
    void electionIsAnsweredAsTheControllerSays() {
        var elected = ElectLeadersResponse.newBuilder()
                .addPartitions(ElectedLeader.newBuilder()
                        .setPartition(name("t", 0))
                        .setLeader(2)
                        .setLostFromOffset(10)
                        .setLostToOffset(12))
                .build();
        controller = request -> ProposeResponse.newBuilder().setElected(elected).build();

        var answer = partitions.electLeaders(ElectLeadersRequest.newBuilder()
                .addPartitions(name("t", 0))
                .setElection(Election.ELECTION_UNCLEAN)
                .addWithout(1)
                .build());

        assertThat(answer).isEqualTo(elected);
        assertThat(proposals.get(0).getElectLeaders().getWithoutList()).containsExactly(1);
    }

    @Test
    void cancellingAllNamesThemAsManyAtATimeAsARequestMay() {
        createMovedTopic("t", 1001);
        controller = request -> judged(request.getCancelReassignments().getPartitionsList().stream()
                .map(each -> PartitionReply.getDefaultInstance())
                .toArray(PartitionReply[]::new));

        var results = partitions
                .cancelReassignments(CancelReassignmentsRequest.getDefaultInstance())
                .getPartitionsList();

        assertThat(results)
                .hasSize(1001)
                .allSatisfy(result -> assertThat(result.hasError()).isFalse());
        assertThat(proposals)
                .extracting(request -> request.getCancelReassignments().getPartitionsCount())
                .containsExactly(1000, 1);
    }

    @Test
    void cancellingAllOfNoneAsksNobody() {
        assertThat(partitions
                        .cancelReassignments(CancelReassignmentsRequest.getDefaultInstance())
                        .getPartitionsList())
                .isEmpty();
        assertThat(proposals).isEmpty();
    }

    @Test
    void requestsBeyondTheLimitsAreRefusedByName() {
        var many =
                IntStream.range(0, 1001).mapToObj(number -> name("t", number)).toList();

        refused(
                "partitions",
                "0 entries, but must have 1 to 1000",
                () -> partitions.electLeaders(ElectLeadersRequest.getDefaultInstance()));
        refused(
                "partitions",
                "1001 entries",
                () -> partitions.electLeaders(
                        ElectLeadersRequest.newBuilder().addAllPartitions(many).build()));
        refused(
                "partitions",
                "1001 entries",
                () -> partitions.cancelReassignments(CancelReassignmentsRequest.newBuilder()
                        .addAllPartitions(many)
                        .build()));
        refused(
                "partitions",
                "t-0 twice",
                () -> partitions.reassignPartitions(
                        reassign(name("t", 0), name("t", 0)).build()));
        refused(
                "election",
                "9 is unknown",
                () -> partitions.electLeaders(ElectLeadersRequest.newBuilder()
                        .addPartitions(name("t", 0))
                        .setElectionValue(9)
                        .build()));
        refused(
                "without",
                "unclean election only",
                () -> partitions.electLeaders(ElectLeadersRequest.newBuilder()
                        .addPartitions(name("t", 0))
                        .addWithout(1)
                        .build()));
        refused(
                "without",
                "101 entries",
                () -> partitions.electLeaders(ElectLeadersRequest.newBuilder()
                        .addPartitions(name("t", 0))
                        .setElection(Election.ELECTION_UNCLEAN)
                        .addAllWithout(IntStream.range(0, 101).boxed().toList())
                        .build()));
        refused(
                "replicas",
                "0 entries, but must have 1 to 100",
                () -> partitions.reassignPartitions(ReassignPartitionsRequest.newBuilder()
                        .addPartitions(ReassignedPartition.newBuilder().setPartition(name("t", 0)))
                        .build()));
        refused(
                "max_bytes_per_second",
                "is 0",
                () -> partitions.reassignPartitions(
                        reassign(name("t", 0)).setMaxBytesPerSecond(0).build()));
        refused(
                "topic name",
                "has 0 characters",
                () -> partitions.reassignPartitions(reassign(name("", 0)).build()));
    }

    /** Each partition gets another replica. */
    private void createMovedTopic(String topic, int count) {
        var id = UuidBytes.toBytes(UUID.randomUUID());
        var create = CreateTopic.newBuilder()
                .setTopicId(id)
                .setName(topic)
                .setAssumedIndex(metadata.current().position().index());
        IntStream.range(0, count)
                .forEach(number -> create.addPartitions(Replicas.newBuilder().addBrokerIds(0)));
        quorum.apply(Command.newBuilder().setCreateTopic(create).build());
        var reassign = io.kontiki.proto.internal.v1.Reassign.newBuilder();
        IntStream.range(0, count)
                .forEach(number -> reassign.addPartitionsBuilder()
                        .addAllTarget(List.of(0, 1))
                        .getPartitionBuilder()
                        .getPartitionBuilder()
                        .setTopicId(id)
                        .setPartition(number));
        quorum.apply(Command.newBuilder().setReassign(reassign).build());
    }
}
