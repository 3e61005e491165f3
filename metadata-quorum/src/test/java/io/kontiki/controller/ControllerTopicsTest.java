package io.kontiki.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.AlterPartitions;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.v1.AddPartitionsRequest;
import io.kontiki.proto.v1.AlterTopicRequest;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What users ask of topics becomes complete commands or clear refusals. */
class ControllerTopicsTest {
    private static final Now NOW = new Now(1_700_000_000_000L, 5);

    private final TestQuorum quorum = TestQuorum.withBrokers(1, 2, 3);
    private final Controller controller = controller(ControllerConfig.defaults(TestQuorum.CLUSTER));

    private Controller controller(ControllerConfig config) {
        return new Controller(config, TestQuorum.TERM, quorum.image(), new Random(1), NOW);
    }

    private Prepared prepare(ProposeRequest.Builder request) {
        return controller.prepare(request.setClusterId(TestQuorum.CLUSTER).build(), quorum.image(), NOW);
    }

    private Prepared create(CreateTopicRequest.Builder topic) {
        return prepare(ProposeRequest.newBuilder().setCreateTopic(topic));
    }

    private CommandReply submit(Prepared prepared) {
        assertThat(prepared).isInstanceOf(Prepared.Submit.class);
        return quorum.accept(((Prepared.Submit) prepared).command().toBuilder());
    }

    private static void assertRefused(Prepared prepared, ErrorReason reason, String... texts) {
        assertThat(prepared).isInstanceOf(Prepared.Refuse.class);
        var reply = ((Prepared.Refuse) prepared).reply();
        assertThat(reply.getReason()).isEqualTo(reason);
        for (var text : texts) {
            assertThat(reply.getMessage()).contains(text);
        }
    }

    @Test
    void defaultsAreOnePartitionAndThreeReplicas() {
        submit(create(CreateTopicRequest.newBuilder().setName("orders")));
        var topic = quorum.image().topic("orders").orElseThrow();
        assertThat(topic.partitions()).hasSize(1);
        assertThat(topic.partitions().get(0).replicas()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(topic.partitions().get(0).minIsr()).isEqualTo(2);
        assertThat(topic.id().version()).isEqualTo(4);
    }

    @Test
    void defaultsCanBeConfigured() {
        var config = new ControllerConfig(TestQuorum.CLUSTER, 6, 2, 3_000, 1_000, ControllerConfig.Rebalance.DEFAULTS);
        var request = ProposeRequest.newBuilder()
                .setClusterId(TestQuorum.CLUSTER)
                .setCreateTopic(CreateTopicRequest.newBuilder().setName("t"));
        submit(controller(config).prepare(request.build(), quorum.image(), NOW));
        var partitions = quorum.image().topic("t").orElseThrow().partitions();
        assertThat(partitions).hasSize(6).allMatch(record -> record.replicas().size() == 2);
        assertThat(partitions.stream().map(record -> record.leader()).distinct())
                .hasSize(3);
    }

    @Test
    void defaultThatCannotBeIsNamed() {
        var config = new ControllerConfig(TestQuorum.CLUSTER, 6, 4, 3_000, 1_000, ControllerConfig.Rebalance.DEFAULTS);
        var request = ProposeRequest.newBuilder()
                .setClusterId(TestQuorum.CLUSTER)
                .setCreateTopic(CreateTopicRequest.newBuilder().setName("t"));
        assertRefused(
                controller(config).prepare(request.build(), quorum.image(), NOW),
                ErrorReason.ERROR_REASON_INVALID_REPLICATION_FACTOR,
                "default.replication.factor is 4",
                "3 of 3 registered");
    }

    @Test
    void commandCarriesTermTimeIdAndPlacement() { // Q1
        var prepared = create(CreateTopicRequest.newBuilder().setName("t").setPartitions(3));
        var command = ((Prepared.Submit) prepared).command();
        assertThat(command.getControllerTerm()).isEqualTo(TestQuorum.TERM);
        assertThat(command.getTimestampMs()).isEqualTo(NOW.epochMillis());
        assertThat(UuidBytes.isValid(command.getCreateTopic().getTopicId())).isTrue();
        assertThat(command.getCreateTopic().getPartitionsList()).hasSize(3);
    }

    @Test
    void replicasGoToUsableBrokersOnly() {
        quorum.fence(2);
        submit(create(CreateTopicRequest.newBuilder().setName("t").setPartitions(10)));
        assertThat(quorum.image().topic("t").orElseThrow().partitions())
                .allMatch(record -> List.of(1, 3).containsAll(record.replicas())
                        && record.replicas().size() == 2);
    }

    @Test
    void moreReplicasThanUsableBrokersAreRefusedWithBothNumbers() {
        quorum.fence(2);
        assertRefused(
                create(CreateTopicRequest.newBuilder().setName("t").setReplicationFactor(3)),
                ErrorReason.ERROR_REASON_INVALID_REPLICATION_FACTOR,
                "replication_factor is 3",
                "2 of 3 registered");
        assertRefused(
                create(CreateTopicRequest.newBuilder().setName("t").setReplicationFactor(0)),
                ErrorReason.ERROR_REASON_INVALID_REPLICATION_FACTOR,
                "replication_factor is 0");
        List.of(1, 3).forEach(quorum::fence);
        assertRefused(
                create(CreateTopicRequest.newBuilder().setName("t")),
                ErrorReason.ERROR_REASON_INVALID_REPLICATION_FACTOR,
                "0 of 3 registered");
    }

    @Test
    void badInputIsRefusedByName() {
        assertRefused(create(CreateTopicRequest.newBuilder()), ErrorReason.ERROR_REASON_INVALID_TOPIC_NAME, "0 char");
        assertRefused(
                create(CreateTopicRequest.newBuilder().setName("a b")),
                ErrorReason.ERROR_REASON_INVALID_TOPIC_NAME,
                "position 1");
        for (int count : List.of(0, -1, 10_001)) {
            assertRefused(
                    create(CreateTopicRequest.newBuilder().setName("t").setPartitions(count)),
                    ErrorReason.ERROR_REASON_INVALID_PARTITIONS,
                    "partitions is " + count + ", not 1 to 10000");
        }
        assertRefused(
                create(CreateTopicRequest.newBuilder().setName("t").putConfigs("flush.mod", "os")),
                ErrorReason.ERROR_REASON_INVALID_CONFIG,
                "did you mean flush.mode?");
        assertRefused(prepare(ProposeRequest.newBuilder()), ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "empty");
    }

    @Test
    void takenNameIsRefused() {
        submit(create(CreateTopicRequest.newBuilder().setName("t")));
        assertRefused(
                create(CreateTopicRequest.newBuilder().setName("t")),
                ErrorReason.ERROR_REASON_TOPIC_EXISTS,
                "\"t\" exists already");
    }

    /** The answer was lost, and the user asked again, perhaps another broker. */
    @Test
    void creationAskedForAgainUnderItsNumberIsMadeOnce() { // M5
        var numbered = CreateTopicRequest.newBuilder().setName("t").setRequestId(7);
        var first = create(numbered);
        var planned = (Prepared.Submit) create(numbered);
        var another = (Prepared.Submit) create(numbered.clone().setRequestId(8));
        submit(first);
        var id = quorum.image().topic("t").orElseThrow().id();

        assertThat(create(numbered)).isInstanceOf(Prepared.Answered.class);
        assertThat(answer(planned).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(answer(another).getReason()).isEqualTo(ErrorReason.ERROR_REASON_TOPIC_EXISTS);
        for (var other : List.of(
                numbered.clone().setRequestId(8),
                CreateTopicRequest.newBuilder().setName("t"))) {
            assertRefused(create(other), ErrorReason.ERROR_REASON_TOPIC_EXISTS);
        }
        assertThat(quorum.image().topic("t").orElseThrow().id()).isEqualTo(id);
    }

    /** The leader that took it up stepped down, and told the broker only that it leads no more: no attempt counts as repeated. */
    @Test
    void creationOfABrokerThatWasMadeAfterAllIsMadeOnce() { // M5
        var proposal = ProposeRequest.newBuilder()
                .setRequestId(7)
                .setCreateTopic(CreateTopicRequest.newBuilder().setName("t"));
        var planned = (Prepared.Submit) prepare(proposal.clone());
        submit(prepare(proposal.clone()));

        assertThat(prepare(proposal.clone())).isInstanceOf(Prepared.Answered.class);
        assertThat(answer(planned).getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertRefused(prepare(proposal.clone().setRequestId(8)), ErrorReason.ERROR_REASON_TOPIC_EXISTS);
    }

    private CommandReply answer(Prepared.Submit submit) {
        var reply = quorum.apply(submit.command().toBuilder());
        return submit.answer().of(reply, quorum.image()).getReply();
    }

    @Test
    void checkOnlyPlansAndSubmitsNothing() {
        var planned = create(
                CreateTopicRequest.newBuilder().setName("t").setPartitions(4).setValidateOnly(true));
        assertThat(planned).isInstanceOf(Prepared.Planned.class);
        assertThat(((Prepared.Planned) planned).topic().getPartitionsList()).hasSize(4);
        assertRefused(
                create(CreateTopicRequest.newBuilder()
                        .setName("t")
                        .setPartitions(0)
                        .setValidateOnly(true)),
                ErrorReason.ERROR_REASON_INVALID_PARTITIONS);
    }

    @Test
    void deletionAndChangesNameAKnownTopic() {
        submit(create(CreateTopicRequest.newBuilder().setName("t")));
        submit(prepare(ProposeRequest.newBuilder()
                .setAlterTopic(AlterTopicRequest.newBuilder().setName("t").putSetConfigs("min.insync.replicas", "1"))));
        assertThat(quorum.image().topic("t").orElseThrow().partitions().get(0).minIsr())
                .isEqualTo(1);
        submit(prepare(ProposeRequest.newBuilder()
                .setDeleteTopic(DeleteTopicRequest.newBuilder().setName("t"))));
        assertThat(quorum.image().topic("t")).isEmpty();

        var missing = ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND;
        assertRefused(
                prepare(ProposeRequest.newBuilder()
                        .setDeleteTopic(DeleteTopicRequest.newBuilder().setName("t"))),
                missing,
                "\"t\" does not exist");
        assertRefused(
                prepare(ProposeRequest.newBuilder()
                        .setAlterTopic(AlterTopicRequest.newBuilder().setName("t"))),
                missing);
        assertRefused(
                prepare(ProposeRequest.newBuilder()
                        .setAddPartitions(AddPartitionsRequest.newBuilder().setName("t"))),
                missing);
    }

    /** The asking broker is behind: nothing is done to a topic that it does not know. */
    @Test
    void changeOfAnEarlierTopicOfThatNameIsRefused() {
        submit(create(CreateTopicRequest.newBuilder().setName("t")));
        var earlier = UuidBytes.toBytes(new UUID(1, 1));
        assertRefused(
                prepare(ProposeRequest.newBuilder()
                        .setTopicId(earlier)
                        .setDeleteTopic(DeleteTopicRequest.newBuilder().setName("t"))),
                ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                "deleted and created again");
        assertRefused(
                prepare(ProposeRequest.newBuilder()
                        .setTopicId(earlier)
                        .setRepeated(true)
                        .setAlterTopic(AlterTopicRequest.newBuilder().setName("t"))),
                ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND);
    }

    @Test
    void addedPartitionsHaveTheReplicationFactorOfTheTopic() {
        submit(create(CreateTopicRequest.newBuilder().setName("t").setReplicationFactor(2)));
        submit(addPartitions(5));
        assertThat(quorum.image().topic("t").orElseThrow().partitions())
                .hasSize(5)
                .allMatch(record -> record.replicas().size() == 2 && record.hasLeader());
        for (int count : List.of(5, 4, 0, 10_001)) {
            assertRefused(
                    addPartitions(count),
                    ErrorReason.ERROR_REASON_INVALID_PARTITIONS,
                    "partitions is " + count,
                    "above the present 5");
        }
        List.of(1, 2).forEach(quorum::fence);
        assertRefused(addPartitions(6), ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS, "only 1 brokers are usable");
    }

    private Prepared addPartitions(int count) {
        return prepare(ProposeRequest.newBuilder()
                .setAddPartitions(AddPartitionsRequest.newBuilder().setName("t").setPartitions(count)));
    }

    @Test
    void checkOnlyShowsTheWholeTopicAsItWouldBe() {
        submit(create(CreateTopicRequest.newBuilder().setName("t").setReplicationFactor(1)));
        var added = (Prepared.Planned) prepare(ProposeRequest.newBuilder()
                .setAddPartitions(AddPartitionsRequest.newBuilder()
                        .setName("t")
                        .setPartitions(3)
                        .setValidateOnly(true)));
        assertThat(added.topic().getPartitionsList())
                .hasSize(3)
                .extracting(Replicas::getBrokerIdsCount)
                .containsOnly(1);
        var altered = (Prepared.Planned) prepare(ProposeRequest.newBuilder()
                .setAlterTopic(AlterTopicRequest.newBuilder()
                        .setName("t")
                        .putSetConfigs("flush.mode", "os")
                        .setValidateOnly(true)));
        assertThat(altered.topic())
                .extracting(CreateTopic::getName, CreateTopic::getConfigsMap)
                .containsExactly("t", Map.of("flush.mode", "os"));
    }

    @Test
    void brokerSpeaksForItselfAndItsClusterOnly() {
        var alter = ProposeRequest.newBuilder()
                .setFromBrokerId(2)
                .setAlterPartitions(AlterPartitions.newBuilder().setBrokerId(1));
        assertRefused(prepare(alter), ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "broker_id is 1", "broker 2 asks");
        assertThat(prepare(alter.setFromBrokerId(1))).isInstanceOf(Prepared.Submit.class);
        assertRefused(
                controller.prepare(alter.setClusterId("other").build(), quorum.image(), NOW),
                ErrorReason.ERROR_REASON_WRONG_CLUSTER,
                "other");
    }
}
