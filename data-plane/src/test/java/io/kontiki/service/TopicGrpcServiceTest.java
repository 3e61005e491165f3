package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.AddPartitionsRequest;
import io.kontiki.proto.v1.AlterTopicRequest;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.DescribeTopicRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ListTopicsRequest;
import io.kontiki.proto.v1.Topic;
import io.kontiki.proto.v1.TopicServiceGrpc;
import io.kontiki.proto.v1.TopicServiceGrpc.TopicServiceBlockingStub;
import io.kontiki.quorum.Proposer;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicGrpcServiceTest {
    private final LocalMetadata metadata = new LocalMetadata(fault -> {
        throw fault;
    });
    private ServiceFixture fixture;
    private TopicServiceBlockingStub topics;

    @BeforeEach
    void start() {
        serve(new InMemoryController(metadata, 3), Map.of());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void serve(Proposer proposer, Map<String, String> configs) {
        if (fixture != null) {
            fixture.close();
        }
        fixture = new ServiceFixture(new TopicGrpcService(metadata, proposer, () -> configs));
        topics = TopicServiceGrpc.newBlockingStub(fixture.channel());
    }

    @Test
    void createdTopicIsSeenByItsCreator() {
        var created = topics.createTopic(create("orders", 6, 3).build()).getTopic();

        assertThat(created.getPartitionsList()).hasSize(6).allSatisfy(partition -> {
            assertThat(partition.getReplicasList()).containsExactlyInAnyOrder(0, 1, 2);
            assertThat(partition.hasLeader()).isTrue();
            assertThat(partition.getMinIsr()).isEqualTo(2);
        });
        assertThat(describe("orders")).isEqualTo(created);
    }

    @Test
    void unsetCountsTakeTheDefaults() {
        var created = topics.createTopic(
                        CreateTopicRequest.newBuilder().setName("t").build())
                .getTopic();

        assertThat(created.getPartitionsList()).hasSize(1);
        assertThat(created.getPartitions(0).getReplicasList()).hasSize(3);
    }

    @Test
    void describeShowsEveryConfigAndWhetherItIsTheDefault() {
        topics.createTopic(create("t", 1, 3).putConfigs("flush.mode", "os").build());

        var configs = topics.describeTopic(
                        DescribeTopicRequest.newBuilder().setName("t").build())
                .getConfigsList();

        assertThat(configs)
                .extracting(entry -> entry.getKey() + "=" + entry.getValue() + (entry.getIsDefault() ? "" : " set"))
                .contains("flush.mode=os set", "min.insync.replicas=2", "segment.bytes=1073741824");
    }

    @Test
    void brokerDefaultsAreWrittenIntoTheTopicUnlessItsCreatorSaysOtherwise() {
        serve(new InMemoryController(metadata, 0), Map.of("flush.mode", "os", "segment.bytes", "1000000"));

        var created = topics.createTopic(
                        create("t", 1, 1).putConfigs("flush.mode", "ack").build())
                .getTopic();

        assertThat(created.getConfigsMap())
                .containsEntry("flush.mode", "ack")
                .containsEntry("segment.bytes", "1000000");
    }

    @Test
    void unitsAreTakenAndPlainNumbersStored() {
        var created = topics.createTopic(
                        create("t", 1, 3).putConfigs("segment.bytes", "64KiB").build())
                .getTopic();
        var altered = topics.alterTopic(AlterTopicRequest.newBuilder()
                        .setName("t")
                        .putSetConfigs("retention.ms", "1h")
                        .build())
                .getTopic();

        assertThat(created.getConfigsMap()).containsEntry("segment.bytes", "65536");
        assertThat(altered.getConfigsMap())
                .containsEntry("segment.bytes", "65536")
                .containsEntry("retention.ms", "3600000");
    }

    @Test
    void checkChangesNothing() {
        var planned = topics.createTopic(create("t", 2, 3).setValidateOnly(true).build())
                .getTopic();

        assertThat(planned.getPartitionsList()).hasSize(2);
        assertThat(planned.getPartitions(0).getReplicasList()).hasSize(3);
        assertThat(metadata.current().topic("t")).isEmpty();
    }

    @Test
    void topicIsAlteredGrownAndDeleted() {
        topics.createTopic(create("t", 1, 3).build());

        var altered = topics.alterTopic(AlterTopicRequest.newBuilder()
                .setName("t")
                .putSetConfigs("max.message.bytes", "1000")
                .build());
        var grown = topics.addPartitions(
                AddPartitionsRequest.newBuilder().setName("t").setPartitions(4).build());
        topics.deleteTopic(DeleteTopicRequest.newBuilder().setName("t").build());

        assertThat(altered.getTopic().getConfigsMap()).containsEntry("max.message.bytes", "1000");
        assertThat(grown.getTopic().getPartitionsList()).hasSize(4);
        assertThat(metadata.current().topics().size()).isZero();
    }

    @Test
    void pagesHoldEveryTopicOnce() {
        for (int i = 0; i < 25; i++) {
            topics.createTopic(create("t" + i, 1, 1).build());
        }
        var names = new ArrayList<String>();
        var token = "";
        do {
            var page = topics.listTopics(ListTopicsRequest.newBuilder()
                    .setPageSize(10)
                    .setPageToken(token)
                    .build());
            assertThat(page.getTopicsCount()).isLessThanOrEqualTo(10);
            page.getTopicsList().stream().map(Topic::getName).forEach(names::add);
            token = page.getNextPageToken();
        } while (!token.isEmpty());

        assertThat(names).hasSize(25).doesNotHaveDuplicates().isSorted();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 1, 1, INVALID_TOPIC_NAME, 1 to 249",
        "a/b, 1, 1, INVALID_TOPIC_NAME, a/b",
        "'..', 1, 1, INVALID_TOPIC_NAME, ..",
        "t, 0, 1, INVALID_PARTITIONS, 1 to 10000",
        "t, 10001, 1, INVALID_PARTITIONS, 10001",
        "t, 1, 0, INVALID_REPLICATION_FACTOR, 0",
        "t, 1, 4, INVALID_REPLICATION_FACTOR, 4",
    })
    void badCreationIsRefusedByField(String name, int partitions, int factor, String reason, String says) {
        var refusal = refusal(
                () -> topics.createTopic(create(name, partitions, factor).build()));

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(reason(refusal)).isEqualTo(reason);
        assertThat(refusal.getStatus().getDescription()).contains(says);
        assertThat(metadata.current().topics().size()).isZero();
    }

    @Test
    void longNameIsRefusedWithItsLength() {
        var refusal =
                refusal(() -> topics.createTopic(create("n".repeat(250), 1, 1).build()));

        assertThat(reason(refusal)).isEqualTo("INVALID_TOPIC_NAME");
        assertThat(refusal.getStatus().getDescription()).contains("250 characters");
    }

    @Test
    void unknownAndBadConfigsAreRefusedByName() {
        var unknown = refusal(() -> topics.createTopic(
                create("t", 1, 1).putConfigs("flush.mod", "os").build()));
        var bad = refusal(() -> topics.createTopic(
                create("t", 1, 1).putConfigs("flush.mode", "never").build()));
        var huge = refusal(() -> topics.createTopic(
                create("t", 1, 1).putConfigs("flush.mode", "x".repeat(5000)).build()));

        assertThat(reason(unknown)).isEqualTo("INVALID_CONFIG");
        assertThat(unknown.getStatus().getDescription()).contains("flush.mod", "did you mean flush.mode?");
        assertThat(bad.getStatus().getDescription()).contains("never", "ack or os");
        assertThat(huge.getStatus().getDescription()).contains("5000 characters, at most 4096");
    }

    @Test
    void whatIsThereOrNotThereIsTold() {
        topics.createTopic(create("t", 2, 1).build());

        assertThat(reason(refusal(() -> topics.createTopic(create("t", 1, 1).build()))))
                .isEqualTo("TOPIC_EXISTS");
        assertThat(reason(refusal(() -> describe("u")))).isEqualTo("TOPIC_NOT_FOUND");
        assertThat(reason(refusal(() -> topics.deleteTopic(
                        DeleteTopicRequest.newBuilder().setName("u").build()))))
                .isEqualTo("TOPIC_NOT_FOUND");
        assertThat(reason(refusal(() -> topics.addPartitions(AddPartitionsRequest.newBuilder()
                        .setName("t")
                        .setPartitions(2)
                        .build()))))
                .isEqualTo("INVALID_PARTITIONS");
    }

    @Test
    void foreignPageTokenAndSizeAreRefused() {
        var token = refusal(() -> topics.listTopics(
                ListTopicsRequest.newBuilder().setPageToken("%%%").build()));
        var size = refusal(() -> topics.listTopics(
                ListTopicsRequest.newBuilder().setPageSize(1001).build()));

        assertThat(token.getStatus().getDescription()).contains("page_token");
        assertThat(size.getStatus().getDescription()).contains("1001", "1 to 1000");
    }

    @Test
    void silentQuorumIsToldBeforeTheCallersDeadline() {
        serve(request -> new CompletableFuture<>(), Map.of());

        var refusal = refusal(() -> topics.withDeadlineAfter(2, TimeUnit.SECONDS)
                .createTopic(create("t", 1, 1).build()));

        assertThat(reason(refusal)).isEqualTo("QUORUM_UNAVAILABLE");
    }

    @Test
    void quorumWithoutLeaderIsWorthARetry() {
        var reply = CommandReply.newBuilder()
                .setReason(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE)
                .setMessage("no leader");
        serve(
                request -> CompletableFuture.completedFuture(
                        ProposeResponse.newBuilder().setReply(reply).build()),
                Map.of());

        var refusal = refusal(() -> topics.createTopic(create("t", 1, 1).build()));

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void brokerWithoutMetadataSaysThatItStarts() {
        fixture.close();
        var empty = new LocalMetadata(fault -> {
            throw fault;
        });
        fixture = new ServiceFixture(new TopicGrpcService(empty, request -> new CompletableFuture<>(), Map::of));
        topics = TopicServiceGrpc.newBlockingStub(fixture.channel());

        assertThat(reason(refusal(() -> topics.listTopics(ListTopicsRequest.getDefaultInstance()))))
                .isEqualTo("STARTING");
    }

    private Topic describe(String name) {
        return topics.describeTopic(
                        DescribeTopicRequest.newBuilder().setName(name).build())
                .getTopic();
    }

    private static CreateTopicRequest.Builder create(String name, int partitions, int factor) {
        return CreateTopicRequest.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicationFactor(factor);
    }

    private static StatusRuntimeException refusal(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call);
    }

    private static String reason(StatusRuntimeException refusal) {
        try {
            return StatusProto.fromThrowable(refusal)
                    .getDetails(0)
                    .unpack(ErrorInfo.class)
                    .getReason();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
