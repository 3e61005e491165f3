package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitionReply;
import io.kontiki.proto.internal.v1.AlterPartitions;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.IsrMember;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ISR changes by leaders (rule M6). Broker 1 leads, with 2 in sync; 3 was fenced once and is out. */
class AlterPartitionsTest {
    private TestQuorum quorum;
    private UUID topic;

    @BeforeEach
    void leadByOneWithThreeOut() {
        quorum = TestQuorum.withBrokers(1, 2, 3);
        topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        quorum.fence(3);
        quorum.unfence(3);
        assertThat(quorum.partition(topic).isr()).containsExactly(1, 2);
    }

    private AlterPartition.Builder change(int... isr) {
        var record = quorum.partition(topic);
        var change = AlterPartition.newBuilder()
                .setTopicId(UuidBytes.toBytes(topic))
                .setLeaderEpoch(record.leaderEpoch())
                .setPartitionEpoch(record.partitionEpoch());
        for (int id : isr) {
            change.addIsr(IsrMember.newBuilder()
                    .setBrokerId(id)
                    .setBrokerEpoch(
                            quorum.image().broker(id).map(b -> b.epoch()).orElse(0L)));
        }
        return change;
    }

    private AlterPartitionReply alter(AlterPartition.Builder change) {
        return alterBy(1, quorum.epoch(1), change);
    }

    private AlterPartitionReply alterBy(int broker, long epoch, AlterPartition.Builder change) {
        return quorum.accept(Command.newBuilder()
                        .setAlterPartitions(AlterPartitions.newBuilder()
                                .setBrokerId(broker)
                                .setBrokerEpoch(epoch)
                                .addPartitions(change)))
                .getAlterPartitions()
                .getPartitions(0);
    }

    @Test
    void caughtUpReplicaJoins() {
        var reply = alter(change(1, 2, 3));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        var record = quorum.partition(topic);
        assertThat(record.isr()).containsExactly(1, 2, 3);
        assertThat(record.leader()).isEqualTo(1);
        assertThat(record.leaderEpoch()).isZero();
        assertThat(reply.getPartitionEpoch()).isEqualTo(record.partitionEpoch()).isEqualTo(2);
    }

    @Test
    void laggingReplicaLeavesIntoTheEligibleOnes() {
        alter(change(1));
        assertThat(quorum.partition(topic).isr()).containsExactly(1);
        assertThat(quorum.partition(topic).elr()).containsExactly(2);
        alter(change(1, 3));
        assertThat(quorum.partition(topic).isr()).containsExactly(1, 3);
        assertThat(quorum.partition(topic).elr()).isEmpty();
    }

    @Test
    void repetitionAfterALostAnswerSucceedsWithoutEffect() { // M0, K-14144
        var change = change(1, 2, 3);
        alter(change);
        var record = quorum.partition(topic);
        var reply = alter(change);
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(reply.getPartitionEpoch()).isEqualTo(record.partitionEpoch());
        assertThat(quorum.partition(topic)).isEqualTo(record);
    }

    @Test
    void changeOnAnOlderVersionIsRefusedAndToldThePresentOne() {
        var stale = change(1, 2, 3);
        alter(change(1));
        var record = quorum.partition(topic);
        var reply = alter(stale);
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(reply.getPartitionEpoch()).isEqualTo(record.partitionEpoch());
        assertThat(quorum.partition(topic)).isEqualTo(record);
    }

    @Test
    void deposedLeaderIsRefused() {
        var late = change(1, 2, 3);
        long epoch = quorum.epoch(1);
        quorum.fence(1);
        var reply = alterBy(1, epoch, late);
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_FENCED_LEADER_EPOCH);
        assertThat(alterBy(1, epoch, late.setLeaderEpoch(7)).getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_UNKNOWN_LEADER_EPOCH);
        assertThat(alterBy(3, quorum.epoch(3), change(2, 3)).getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
    }

    @Test
    void earlierRunOfTheLeaderIsRefusedAsAWhole() {
        var reply = quorum.apply(Command.newBuilder()
                .setAlterPartitions(AlterPartitions.newBuilder()
                        .setBrokerId(1)
                        .setBrokerEpoch(quorum.epoch(1) - 1)
                        .addPartitions(change(1))));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
    }

    @Test
    void fencedMemberIsRefusedAndTheVersionConsumed() { // M6, S58
        quorum.fence(3);
        var before = quorum.partition(topic);
        var change = change(1, 2, 3);
        var reply = alter(change);
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(reply.getPartitionEpoch()).isEqualTo(before.partitionEpoch() + 1);
        assertThat(quorum.partition(topic).isr()).isEqualTo(before.isr());
        assertThat(quorum.partition(topic).leaderEpoch()).isEqualTo(before.leaderEpoch());

        // A delayed copy arrives once 3 is back, in the same run: it must not be applied anymore.
        quorum.unfence(3);
        assertThat(alter(change).getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(quorum.partition(topic).isr()).containsExactly(1, 2);
    }

    @Test
    void stoppingMemberIsRefused() { // KIP-841
        quorum.shutDown(3);
        assertThat(alter(change(1, 2, 3)).getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
    }

    @Test
    void memberOfAnEarlierRunIsRefused() { // KIP-903, S11
        var change = change(1, 2, 3);
        quorum.register(TestQuorum.run(3, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        quorum.unfence(3);
        assertThat(alter(change).getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(quorum.partition(topic).isr()).containsExactly(1, 2);
    }

    @Test
    void isrMustHoldTheLeaderOnlyReplicasAndNobodyTwice() {
        int version = quorum.partition(topic).partitionEpoch();
        for (var change : List.of(change(2), change(1, 2, 4), change(1, 1), change())) {
            assertThat(alter(change).getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        }
        assertThat(quorum.partition(topic).partitionEpoch()).isEqualTo(version);
    }

    @Test
    void eachPartitionIsJudgedAlone() {
        var unknownTopic = change(1).setTopicId(UuidBytes.toBytes(new UUID(7, 7)));
        var malformed = change(1).setTopicId(ByteString.copyFromUtf8("short"));
        var unknownPartition = change(1).setPartition(4);
        var reply = quorum.accept(Command.newBuilder()
                .setAlterPartitions(AlterPartitions.newBuilder()
                        .setBrokerId(1)
                        .setBrokerEpoch(quorum.epoch(1))
                        .addPartitions(unknownTopic)
                        .addPartitions(malformed)
                        .addPartitions(unknownPartition)
                        .addPartitions(change(1, 2, 3))));
        assertThat(reply.getAlterPartitions().getPartitionsList())
                .extracting(AlterPartitionReply::getReason)
                .containsExactly(
                        ErrorReason.ERROR_REASON_TOPIC_ID_UNKNOWN,
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                        ErrorReason.ERROR_REASON_UNSPECIFIED);
        assertThat(quorum.partition(topic).isr()).containsExactly(1, 2, 3);
    }
}
