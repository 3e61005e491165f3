package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AddPartitions;
import io.kontiki.proto.internal.v1.AlterTopic;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Rules M5 and M7, and what a topic may be. */
class TopicCommandsTest {
    private static final UUID ID = new UUID(0, 1);

    private static Command.Builder create(CreateTopic topic) {
        return Command.newBuilder().setCreateTopic(topic);
    }

    private static Command.Builder alter(TestQuorum quorum, UUID id, Map<String, String> set, List<String> removed) {
        return Command.newBuilder()
                .setAlterTopic(AlterTopic.newBuilder()
                        .setAssumedIndex(quorum.image().position().index())
                        .setTopicId(UuidBytes.toBytes(id))
                        .putAllSetConfigs(set)
                        .addAllRemoveConfigs(removed));
    }

    @Test
    void newPartitionIsInSyncWithItsUsableReplicasOnly() { // M5
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        quorum.fence(2);
        var topic = quorum.topic(1, List.of(2, 3, 1), Map.of());
        var record = quorum.partition(topic);
        assertThat(record.isr()).containsExactly(3, 1);
        assertThat(record.leader()).isEqualTo(3);
        assertThat(record.elr()).isEmpty();
        assertThat(record.leaderEpoch()).isZero();
        assertThat(record.partitionEpoch()).isZero();
    }

    /** They hold all that is committed, which is nothing; and nothing will be before enough are in sync. */
    @Test
    void whoIsNotThereAtBirthIsEligibleWhileTooFewAreInSync() { // M5, E1
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        quorum.fence(1);
        quorum.fence(3);
        var record = quorum.partition(quorum.topic(1, List.of(1, 2, 3), Map.of()));
        assertThat(record.isr()).containsExactly(2);
        assertThat(record.elr()).containsExactly(1, 3);
        var alone = quorum.partition(quorum.topic(2, List.of(1, 2, 3), Map.of("min.insync.replicas", "1")));
        assertThat(alone.isr()).containsExactly(2);
        assertThat(alone.elr()).isEmpty();
    }

    @Test
    void minIsrIsTwoWhereThereAreMoreThanTwoReplicasAndNeverAboveTheirNumber() { // M7
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        assertThat(quorum.partition(quorum.topic(1, List.of(1), Map.of())).minIsr())
                .isEqualTo(1);
        assertThat(quorum.partition(quorum.topic(2, List.of(1, 2), Map.of())).minIsr())
                .isEqualTo(1);
        assertThat(quorum.partition(quorum.topic(3, List.of(1, 2, 3), Map.of())).minIsr())
                .isEqualTo(2);
        var configs = Map.of("min.insync.replicas", "5");
        assertThat(quorum.partition(quorum.topic(4, List.of(1, 2, 3), configs)).minIsr())
                .isEqualTo(3);
    }

    @Test
    void repeatedCreationIsHarmlessAndATakenNameRefused() { // Q2
        var quorum = TestQuorum.withBrokers(1);
        var first = create(TestQuorum.createTopic(ID, "orders", Map.of(), List.of(1)));
        quorum.accept(first);
        assertThat(quorum.accept(first).getTopic().getTopicId()).isEqualTo(UuidBytes.toBytes(ID));
        assertThat(quorum.last().delta().isEmpty()).isTrue();
        var second = create(TestQuorum.createTopic(new UUID(0, 2), "orders", Map.of(), List.of(1)));
        assertThat(quorum.apply(second).getReason()).isEqualTo(ErrorReason.ERROR_REASON_TOPIC_EXISTS);
    }

    @Test
    void refusesWhatNoTopicMayBe() {
        var quorum = TestQuorum.withBrokers(1, 2);
        var before = quorum.image();
        refuses(quorum, TestQuorum.createTopic(ID, "", Map.of(), List.of(1)), "INVALID_TOPIC_NAME", "0 characters");
        refuses(
                quorum,
                TestQuorum.createTopic(ID, "n".repeat(250), Map.of(), List.of(1)),
                "INVALID_TOPIC_NAME",
                "250 characters, not 1 to 249");
        refuses(quorum, TestQuorum.createTopic(ID, "..", Map.of(), List.of(1)), "INVALID_TOPIC_NAME", "..");
        refuses(quorum, TestQuorum.createTopic(ID, "a/b", Map.of(), List.of(1)), "INVALID_TOPIC_NAME", "position 1");
        refuses(quorum, TestQuorum.createTopic(ID, "t", Map.of()), "INVALID_PARTITIONS", "0, not 1 to 10000");
        refuses(
                quorum,
                TestQuorum.createTopic(ID, "t", Map.of(), List.of(1, 1)),
                "INVALID_REPLICATION_FACTOR",
                "different brokers");
        refuses(quorum, TestQuorum.createTopic(ID, "t", Map.of(), List.of()), "INVALID_REPLICATION_FACTOR", "[]");
        refuses(
                quorum,
                TestQuorum.createTopic(ID, "t", Map.of(), List.of(1), List.of(1, 2)),
                "INVALID_REPLICATION_FACTOR",
                "[1, 2]");
        refuses(quorum, TestQuorum.createTopic(ID, "t", Map.of(), List.of(9)), "INVALID_ARGUMENT", "9");
        refuses(
                quorum,
                TestQuorum.createTopic(ID, "t", Map.of("flush.mod", "os"), List.of(1)),
                "INVALID_CONFIG",
                "did you mean flush.mode?");
        refuses(
                quorum,
                TestQuorum.createTopic(ID, "t", Map.of("segment.bytes", "1023"), List.of(1)),
                "INVALID_CONFIG",
                "1024 to 2147483647");
        assertThat(quorum.image()).isEqualTo(before.withPosition(quorum.image().position()));
    }

    private static void refuses(TestQuorum quorum, CreateTopic topic, String reason, String text) {
        var reply = quorum.apply(create(topic));
        assertThat(reply.getReason().name()).isEqualTo("ERROR_REASON_" + reason);
        assertThat(reply.getMessage()).contains(text);
    }

    @Test
    void refusesATopicThatNobodyCouldLead() {
        var quorum = TestQuorum.withBrokers(1);
        quorum.fence(1);
        var reply = quorum.apply(create(TestQuorum.createTopic(ID, "t", Map.of(), List.of(1))));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
    }

    @Test
    void deletionIsByIdAndMayBeRepeated() { // M5, Q2
        var quorum = TestQuorum.withBrokers(1);
        var topic = quorum.topic(1, List.of(1), Map.of());
        var delete =
                Command.newBuilder().setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(topic)));
        quorum.accept(delete);
        assertThat(quorum.last().delta().removedTopics()).containsExactly(topic);
        assertThat(quorum.image().topic("topic1")).isEmpty();
        quorum.accept(create(TestQuorum.createTopic(new UUID(0, 2), "topic1", Map.of(), List.of(1)).toBuilder()
                .setAssumedIndex(quorum.image().position().index())
                .build()));
        quorum.accept(delete);
        assertThat(quorum.image().topic("topic1").orElseThrow().id()).isEqualTo(new UUID(0, 2));
    }

    @Test
    void lateCopyOfACreationDoesNotBringADeletedTopicBack() { // Q2, I9
        var quorum = TestQuorum.withBrokers(1);
        var creation = create(TestQuorum.createTopic(ID, "t", Map.of(), List.of(1)).toBuilder()
                .setAssumedIndex(quorum.image().position().index())
                .build());
        quorum.accept(creation);
        quorum.accept(
                Command.newBuilder().setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(ID))));
        var reply = quorum.apply(creation);
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(quorum.image().topic(ID)).isEmpty();
    }

    @Test
    void lateCopyOfAConfigChangeDoesNotUndoANewerOne() { // Q2
        var quorum = TestQuorum.withBrokers(1);
        var topic = quorum.topic(1, List.of(1), Map.of());
        var first = alter(quorum, topic, Map.of("flush.mode", "os"), List.of());
        quorum.accept(first);
        quorum.accept(first);
        quorum.accept(alter(quorum, topic, Map.of(), List.of("flush.mode")));
        assertThat(quorum.apply(first).getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(quorum.partition(topic).flushMode()).isEqualTo(FlushMode.ACK);
    }

    @Test
    void changeOfMinIsrOrFlushModeIsANewVersionOfThePartition() { // M7
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        quorum.accept(alter(quorum, topic, Map.of("min.insync.replicas", "3", "flush.mode", "os"), List.of()));
        var record = quorum.partition(topic);
        assertThat(record.minIsr()).isEqualTo(3);
        assertThat(record.flushMode()).isEqualTo(FlushMode.OS);
        assertThat(record.partitionEpoch()).isEqualTo(1);
        assertThat(record.leaderEpoch()).isZero();
        quorum.accept(
                alter(quorum, topic, Map.of("segment.bytes", "1048576"), List.of("flush.mode", "min.insync.replicas")));
        assertThat(quorum.partition(topic).minIsr()).isEqualTo(2);
        assertThat(quorum.partition(topic).flushMode()).isEqualTo(FlushMode.ACK);
        assertThat(quorum.image().topic(topic).orElseThrow().configs()).containsOnlyKeys("segment.bytes");
        quorum.accept(alter(quorum, topic, Map.of("segment.bytes", "2048"), List.of()));
        assertThat(quorum.partition(topic).partitionEpoch()).isEqualTo(2);
    }

    @Test
    void raisedMinIsrMakesNobodyEligibleWhoWasNot() { // M7, S17
        var quorum = TestQuorum.withBrokers(1, 2);
        var topic = quorum.topic(1, List.of(1, 2), Map.of("min.insync.replicas", "1"));
        quorum.fence(2);
        quorum.accept(alter(quorum, topic, Map.of("min.insync.replicas", "2"), List.of()));
        assertThat(quorum.partition(topic).isr()).containsExactly(1);
        assertThat(quorum.partition(topic).elr()).isEmpty();
    }

    @Test
    void electionAfterALoweredMinIsrClearsTheEligibleOnes() { // S59, second clause of ELECT
        var quorum = TestQuorum.withBrokers(1, 2);
        var topic = quorum.topic(1, List.of(1, 2), Map.of("min.insync.replicas", "2"));
        quorum.fence(1);
        quorum.fence(2);
        assertThat(quorum.partition(topic).elr()).containsExactly(1, 2);
        quorum.accept(alter(quorum, topic, Map.of("min.insync.replicas", "1"), List.of()));
        assertThat(quorum.partition(topic).elr()).containsExactly(1, 2);
        quorum.unfence(2);
        assertThat(quorum.partition(topic).isr()).containsExactly(2);
        assertThat(quorum.partition(topic).elr()).isEmpty();
        quorum.fence(2);
        quorum.unfence(1);
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
    }

    @Test
    void refusesBadConfigChanges() {
        var quorum = TestQuorum.withBrokers(1);
        var topic = quorum.topic(1, List.of(1), Map.of());
        assertThat(quorum.apply(alter(quorum, topic, Map.of("flush.mode", "never"), List.of()))
                        .getMessage())
                .isEqualTo("config flush.mode is \"never\", but must be ack or os");
        assertThat(quorum.apply(alter(quorum, topic, Map.of(), List.of("colour")))
                        .getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_INVALID_CONFIG);
        assertThat(quorum.apply(alter(quorum, topic, Map.of("flush.mode", "os"), List.of("flush.mode")))
                        .getMessage())
                .contains("both set and removed");
        assertThat(quorum.apply(alter(quorum, new UUID(5, 5), Map.of(), List.of()))
                        .getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_TOPIC_ID_UNKNOWN);
    }

    @Test
    void addsPartitionsOnceOnly() { // Q2
        var quorum = TestQuorum.withBrokers(1, 2);
        var topic = quorum.topic(1, List.of(1, 2), Map.of());
        var add = Command.newBuilder()
                .setAddPartitions(AddPartitions.newBuilder()
                        .setTopicId(UuidBytes.toBytes(topic))
                        .setExpectedPartitions(1)
                        .addPartitions(Replicas.newBuilder().addBrokerIds(2).addBrokerIds(1)));
        quorum.accept(add);
        assertThat(quorum.partition(topic, 1).leader()).isEqualTo(2);
        assertThat(quorum.apply(add).getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(quorum.image().topic(topic).orElseThrow().partitions()).hasSize(2);
    }

    @Test
    void refusesMalformedIds() {
        var quorum = TestQuorum.withBrokers(1);
        var bad = ByteString.copyFromUtf8("x");
        assertThat(quorum.apply(Command.newBuilder()
                                .setDeleteTopic(DeleteTopic.newBuilder().setTopicId(bad)))
                        .getMessage())
                .isEqualTo("topic_id has 1 bytes, but must have 16");
    }
}
