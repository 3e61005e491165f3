package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.ElectPreferred;
import io.kontiki.proto.internal.v1.ElectUnclean;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.UncleanElection;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Preferred and unclean elections (rules M8, M9). Brokers 1, 2 and 3 hold the partition; two must be in sync. */
class ElectionTest {
    private static final ErrorReason DONE = ErrorReason.ERROR_REASON_UNSPECIFIED;

    private TestQuorum quorum;
    private UUID topic;

    @BeforeEach
    void holdByThree() {
        quorum = TestQuorum.withBrokers(1, 2, 3);
        topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
    }

    private PartitionRegistration record() {
        return quorum.partition(topic);
    }

    private Command.Builder preferred() {
        return Command.newBuilder()
                .setElectPreferred(ElectPreferred.newBuilder().addPartitions(quorum.version(topic)));
    }

    private Command.Builder unclean(int id) {
        return Command.newBuilder()
                .setElectUnclean(ElectUnclean.newBuilder()
                        .addPartitions(UncleanElection.newBuilder()
                                .setPartition(quorum.version(topic))
                                .setBrokerId(id)
                                .setBrokerEpoch(quorum.epoch(id))));
    }

    /** All three lose their data, one by one. */
    private void loseAll() {
        for (int id : List.of(3, 2, 1)) {
            quorum.fence(id);
            quorum.register(TestQuorum.run(id, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        }
        assertThat(record().isr()).isEmpty();
        assertThat(record().elr()).isEmpty();
    }

    @Test
    void firstReplicaLeadsAgainOnceItIsInSync() { // M8
        quorum.fence(1);
        quorum.unfence(1);
        quorum.alterIsr(topic, 1, 2, 3);
        var before = record();
        assertThat(before.leader()).isEqualTo(2);
        assertThat(quorum.applyOne(preferred())).isEqualTo(DONE);
        assertThat(record().leader()).isEqualTo(1);
        assertThat(record().leaderEpoch()).isEqualTo(before.leaderEpoch() + 1);
        assertThat(record().partitionEpoch()).isEqualTo(before.partitionEpoch() + 1);
        assertThat(record().isr()).containsExactly(1, 2, 3);
    }

    @Test
    void firstReplicaDoesNotLeadUnlessItIsInSync() { // M8
        quorum.fence(1);
        quorum.unfence(1);
        assertThat(quorum.applyOne(preferred())).isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        assertThat(record().leader()).isEqualTo(2);
    }

    @Test
    void repeatedPreferredElectionChangesNothingAndALateCopyIsVoid() { // Q2
        quorum.fence(1);
        quorum.unfence(1);
        quorum.alterIsr(topic, 1, 2, 3);
        var late = preferred();
        quorum.applyOne(late);
        var before = record();
        assertThat(quorum.applyOne(late)).isEqualTo(DONE);
        assertThat(record()).isEqualTo(before);
        quorum.fence(1);
        quorum.unfence(1);
        quorum.alterIsr(topic, 1, 2, 3);
        assertThat(quorum.applyOne(late)).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(record().leader()).isEqualTo(2);
    }

    @Test
    void nobodyIsElectedUncleanlyWhileAReplicaHoldsEverything() { // M9
        quorum.fence(3);
        quorum.fence(2);
        quorum.fence(1);
        quorum.register(TestQuorum.run(2, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        quorum.unfence(2);
        assertThat(record().elr()).containsExactly(1);
        assertThat(quorum.applyOne(unclean(2))).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(record().hasLeader()).isFalse();
    }

    @Test
    void uncleanLeaderIsAloneAndItsEpochIsKept() { // M9
        loseAll();
        assertThat(record().lastKnown()).containsExactlyInAnyOrder(1, 2);
        quorum.unfence(2);
        assertThat(record().hasLeader()).isFalse();
        var before = record();
        assertThat(quorum.applyOne(unclean(2))).isEqualTo(DONE);
        assertThat(record().leader()).isEqualTo(2);
        assertThat(record().isr()).containsExactly(2);
        assertThat(record().elr()).isEmpty();
        assertThat(record().lastKnown()).as("should 2 lose its disk next").containsExactly(1);
        assertThat(record().leaderEpoch()).isEqualTo(before.leaderEpoch() + 1);
        assertThat(record().uncleanEpoch()).isEqualTo(record().leaderEpoch());
        int epoch = record().uncleanEpoch();
        quorum.unfence(1);
        quorum.alterIsr(topic, 1, 2);
        quorum.fence(2);
        assertThat(record().leader()).isEqualTo(1);
        assertThat(record().uncleanEpoch()).as("a clean election leaves it").isEqualTo(epoch);
    }

    @Test
    void repeatedUncleanElectionChangesNothing() { // Q2
        loseAll();
        quorum.unfence(2);
        var late = unclean(2);
        quorum.applyOne(late);
        var before = record();
        assertThat(quorum.applyOne(late)).isEqualTo(DONE);
        assertThat(record()).isEqualTo(before);
    }

    @Test
    void uncleanElectionIsOfTheRunThatToldWhatItHolds() { // M0, M9
        loseAll();
        quorum.unfence(2);
        var late = unclean(2);
        quorum.fence(2);
        quorum.register(TestQuorum.run(2, 3, RestartClaim.RESTART_CLAIM_UNCLEAN));
        quorum.unfence(2);
        assertThat(quorum.applyOne(late)).isEqualTo(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
        assertThat(record().hasLeader()).isFalse();
    }

    @Test
    void uncleanElectionIsOfAUsableReplica() { // M0
        loseAll();
        assertThat(quorum.applyOne(unclean(2))).as("fenced").isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        quorum.register(TestQuorum.firstRun(4));
        quorum.unfence(4);
        assertThat(quorum.applyOne(unclean(4)))
                .as("no replica")
                .isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        assertThat(record().hasLeader()).isFalse();
    }
}
