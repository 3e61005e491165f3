package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AlterTopic;
import io.kontiki.proto.internal.v1.CancelReassign;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.Reassign;
import io.kontiki.proto.internal.v1.ReassignPartition;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replicas move (rule M11). Brokers 1, 2 and 3 hold the partition, all in sync; two must be. */
class ReassignTest {
    private static final ErrorReason DONE = ErrorReason.ERROR_REASON_UNSPECIFIED;

    private TestQuorum quorum;
    private UUID topic;

    @BeforeEach
    void holdByThreeOfSeven() {
        quorum = TestQuorum.withBrokers(1, 2, 3, 4, 5, 6, 7);
        topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
    }

    private PartitionRegistration record() {
        return quorum.partition(topic);
    }

    private ErrorReason reassign(Integer... target) {
        return quorum.applyOne(command(0, target));
    }

    private Command.Builder command(long bytesPerSecondMax, Integer... target) {
        return Command.newBuilder()
                .setReassign(Reassign.newBuilder()
                        .addPartitions(ReassignPartition.newBuilder()
                                .setPartition(quorum.version(topic))
                                .addAllTarget(List.of(target))
                                .setBytesPerSecondMax(bytesPerSecondMax)));
    }

    private Command.Builder cancelCommand() {
        return Command.newBuilder()
                .setCancelReassign(CancelReassign.newBuilder().addPartitions(quorum.version(topic)));
    }

    private ErrorReason cancel() {
        return quorum.applyOne(cancelCommand());
    }

    @Test
    void replicasAreAddedBeforeAnyGoes() {
        assertThat(reassign(4, 2, 5)).isEqualTo(DONE);
        assertThat(record().replicas()).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        assertThat(record().reassignment()).isEqualTo(new Reassignment(List.of(4, 5), List.of(1, 3), 2, 0));
        assertThat(record().targetReplicas()).containsExactly(4, 2, 5);
        assertThat(record().isr()).containsExactly(1, 2, 3);
        assertThat(record().leader()).isEqualTo(1);
        assertThat(record().leaderEpoch()).isZero();
        assertThat(record().partitionEpoch()).isEqualTo(1);
        assertThat(record().directoryOf(4)).isEqualTo(PartitionRegistration.UNASSIGNED);
    }

    @Test
    void moveIsCompleteInTheStepInWhichTheLastWantedReplicaJoins() {
        reassign(4, 2, 5);
        quorum.alterIsr(topic, 1, 2, 3, 4);
        assertThat(record().replicas()).hasSize(5);
        int version = record().partitionEpoch();
        var reply = quorum.alterIsr(topic, 1, 2, 4, 5);
        assertThat(reply.getReason()).isEqualTo(DONE);
        assertThat(reply.getPartitionEpoch())
                .isEqualTo(record().partitionEpoch())
                .isEqualTo(version + 1);
        assertThat(record().replicas()).containsExactly(4, 2, 5);
        assertThat(record().isr()).containsExactly(4, 2, 5);
        assertThat(record().reassignment()).isEqualTo(Reassignment.NONE);
        assertThat(record().leader()).isEqualTo(4);
        assertThat(record().leaderEpoch()).isEqualTo(1);
        assertThat(reply.getLeaderEpoch()).as("for the one that led (L15)").isEqualTo(1);
    }

    @Test
    void leaderThatStaysLeadsOnInANewEpoch() { // L7: what it knows of the replicas that went is void
        reassign(2, 1, 4);
        quorum.alterIsr(topic, 1, 2, 3, 4);
        assertThat(record().replicas()).containsExactly(2, 1, 4);
        assertThat(record().leader()).isEqualTo(1);
        assertThat(record().leaderEpoch()).isEqualTo(1);
    }

    @Test
    void smallerSetOfInSyncReplicasIsTakenAtOnce() {
        assertThat(reassign(3, 2)).isEqualTo(DONE);
        assertThat(record().replicas()).containsExactly(3, 2);
        assertThat(record().leader()).isEqualTo(3);
        assertThat(record().minIsr()).isEqualTo(1);
        assertThat(record().leaderEpoch()).isEqualTo(1);
    }

    @Test
    void smallerSetWaitsForItsMembersToBeInSync() { // K-15665
        quorum.fence(3);
        quorum.unfence(3);
        reassign(3);
        assertThat(record().replicas()).containsExactly(1, 2, 3);
        assertThat(record().reassignment().removing()).containsExactly(1, 2);
        assertThat(record().minIsr()).isEqualTo(2);
        quorum.alterIsr(topic, 1, 2, 3);
        assertThat(record().replicas()).containsExactly(3);
        assertThat(record().minIsr()).isEqualTo(1);
    }

    @Test
    void otherOrderAloneIsTakenAtOnceAndLeavesTheLeader() {
        quorum.fence(3);
        assertThat(reassign(3, 2, 1)).isEqualTo(DONE);
        assertThat(record().replicas()).containsExactly(3, 2, 1);
        assertThat(record().reassignment()).isEqualTo(Reassignment.NONE);
        assertThat(record().isr()).containsExactly(2, 1);
        assertThat(record().leader()).isEqualTo(1);
        assertThat(record().leaderEpoch()).isZero();
    }

    @Test
    void asManyAsBeforeMustBeInSyncUntilAllIsMoved() { // M7
        var single = quorum.topic(2, List.of(1), Map.of());
        topic = single;
        reassign(1, 2, 3);
        assertThat(record().minIsr())
                .as("or writes would stop until the copies are made")
                .isEqualTo(1);
        quorum.accept(Command.newBuilder()
                .setAlterTopic(AlterTopic.newBuilder()
                        .setTopicId(UuidBytes.toBytes(single))
                        .setAssumedIndex(quorum.image().position().index())
                        .putSetConfigs("min.insync.replicas", "3")));
        assertThat(record().minIsr()).isEqualTo(1);
        quorum.alterIsr(topic, 1, 2, 3);
        assertThat(record().minIsr()).isEqualTo(3);
    }

    @Test
    void repeatedReassignmentChangesNothing() { // Q2, M0
        var command = command(0, 4, 2, 5);
        quorum.applyOne(command);
        var before = record();
        assertThat(quorum.applyOne(command)).isEqualTo(DONE);
        assertThat(record()).isEqualTo(before);
        quorum.alterIsr(topic, 1, 2, 3, 4, 5);
        before = record();
        assertThat(quorum.applyOne(command)).isEqualTo(DONE);
        assertThat(record()).isEqualTo(before);
    }

    @Test
    void lateCopyOfAnEarlierReassignmentIsVoid() { // Q2
        var late = command(0, 4, 2, 5);
        quorum.applyOne(late);
        cancel();
        var before = record();
        assertThat(quorum.applyOne(late)).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(record()).isEqualTo(before);
    }

    @Test
    void limitIsChangedByAnotherCallWithTheSameTarget() {
        quorum.applyOne(command(1_000_000, 4, 2, 5));
        assertThat(record().reassignment().bytesPerSecondMax()).isEqualTo(1_000_000);
        int version = record().partitionEpoch();
        assertThat(quorum.applyOne(command(5_000_000_000L, 4, 2, 5))).isEqualTo(DONE);
        assertThat(record().reassignment().bytesPerSecondMax()).isEqualTo(5_000_000_000L);
        assertThat(record().partitionEpoch())
                .as("or brokers would not look (Q8)")
                .isEqualTo(version + 1);
        assertThat(record().leaderEpoch()).isZero();
    }

    @Test
    void secondReassignmentStartsFromTheEarlierReplicasAgain() {
        reassign(4, 2, 5);
        assertThat(reassign(6, 2, 5)).isEqualTo(DONE);
        assertThat(record().replicas()).containsExactlyInAnyOrder(1, 2, 3, 5, 6);
        assertThat(record().reassignment()).isEqualTo(new Reassignment(List.of(6, 5), List.of(1, 3), 2, 0));
        assertThat(record().leaderEpoch())
                .as("4 left: what is known of it is void (L7)")
                .isEqualTo(1);
        assertThat(record().leader()).isEqualTo(1);
    }

    @Test
    void secondReassignmentDropsNoCopyThatIsNeeded() {
        reassign(4, 5, 6);
        quorum.alterIsr(topic, 1, 4);
        assertThat(reassign(5, 6, 7)).isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        quorum.alterIsr(topic, 1, 2, 4);
        assertThat(reassign(5, 6, 7)).isEqualTo(DONE);
        assertThat(record().isr()).containsExactly(1, 2);
        assertThat(record().elr()).isEmpty();
    }

    @Test
    void replicasThatWereNeverInSyncMayBeExchangedWhileTooFewAre() {
        reassign(4, 2, 5);
        List.of(2, 3).forEach(quorum::fence);
        assertThat(record().isr()).containsExactly(1);
        assertThat(reassign(6, 1, 5)).isEqualTo(DONE);
        assertThat(record().isr()).containsExactly(1);
        assertThat(record().elr()).containsExactly(3);
    }

    @Test
    void cancelledMoveLeavesTheEarlierReplicas() {
        reassign(4, 2, 5);
        quorum.alterIsr(topic, 1, 2, 3, 4);
        assertThat(cancel()).isEqualTo(DONE);
        assertThat(record().replicas()).as("in their order").containsExactly(1, 2, 3);
        assertThat(record().isr()).containsExactly(1, 2, 3);
        assertThat(record().reassignment()).isEqualTo(Reassignment.NONE);
        assertThat(record().minIsr()).isEqualTo(2);
        assertThat(record().leader()).isEqualTo(1);
        assertThat(record().leaderEpoch())
                .as("S12: 4 may come back with an empty log")
                .isEqualTo(1);
    }

    @Test
    void moveIsNotCancelledWhileTooFewEarlierReplicasAreInSync() {
        reassign(4, 5, 6);
        quorum.alterIsr(topic, 1, 4, 5);
        var before = record();
        assertThat(cancel()).isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        assertThat(record()).isEqualTo(before);
    }

    /** No copy goes that could lead: it would be allowed, too, to move to where the replicas were. */
    @Test
    void moveBegunWhileTooFewWereInSyncCanBeCancelled() {
        List.of(2, 3).forEach(quorum::fence);
        reassign(4, 2, 3);
        assertThat(record().isr()).hasSizeLessThan(record().minIsr());
        assertThat(cancel()).isEqualTo(DONE);
        assertThat(record().replicas()).containsExactly(1, 2, 3);
        assertThat(record().reassignment().isUnderWay()).isFalse();
    }

    @Test
    void lateCopyOfACancellationDoesNotHitALaterMove() { // Q2
        reassign(4, 2, 5);
        var late = cancelCommand();
        quorum.applyOne(late);
        assertThat(quorum.applyOne(late)).as("it is so already").isEqualTo(DONE);
        reassign(6, 2, 5);
        assertThat(quorum.applyOne(late)).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(record().targetReplicas()).containsExactly(6, 2, 5);
    }

    @Test
    void leaderMayBeAddedAndLeadBeforeTheMoveIsComplete() {
        reassign(4, 5, 6);
        quorum.alterIsr(topic, 1, 2, 4);
        List.of(1, 2).forEach(quorum::fence);
        assertThat(record().leader()).isEqualTo(4);
        assertThat(record().elr()).containsExactly(2);
    }

    @Test
    void unusableTargetWaits() {
        quorum.fence(4);
        assertThat(reassign(1, 2, 4)).isEqualTo(DONE);
        assertThat(quorum.alterIsr(topic, 1, 2, 3, 4).getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(record().replicas()).containsExactlyInAnyOrder(1, 2, 3, 4);
        assertThat(cancel()).isEqualTo(DONE);
    }

    @Test
    void targetIsOneToAHundredDifferentRegisteredBrokers() {
        var tooMany = Collections.nCopies(101, 1).toArray(Integer[]::new);
        for (var target : List.of(new Integer[] {}, new Integer[] {1, 1}, new Integer[] {1, 9}, tooMany)) {
            assertThat(reassign(target)).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        }
        assertThat(quorum.applyOne(command(-1, 1, 2, 4))).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(record().partitionEpoch()).isZero();
    }

    @Test
    void eachPartitionIsJudgedAlone() {
        var good = command(0, 1, 2, 4).getReassign().getPartitions(0);
        var unknown = good.toBuilder();
        unknown.getPartitionBuilder().getPartitionBuilder().setPartition(7);
        var malformed = good.toBuilder();
        malformed.getPartitionBuilder().getPartitionBuilder().clearTopicId();
        var replies = quorum.accept(Command.newBuilder()
                        .setReassign(Reassign.newBuilder()
                                .addPartitions(unknown)
                                .addPartitions(malformed)
                                .addPartitions(good)))
                .getPartitions()
                .getPartitionsList();
        assertThat(replies)
                .extracting(reply -> reply.getReason())
                .containsExactly(
                        ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND, ErrorReason.ERROR_REASON_INVALID_ARGUMENT, DONE);
        var many = Reassign.newBuilder().addAllPartitions(Collections.nCopies(10_001, good));
        assertThat(quorum.apply(Command.newBuilder().setReassign(many)).getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
    }
}
