package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.ShutDownBroker;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Fencing and leaving (rules M3, M4, SETISR, ELECT, invariant I8). */
class FencingTest {
    @Test
    void fencedLeaderIsFollowedByTheNextReplicaInSync() {
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(2, 3, 1), Map.of());
        quorum.fence(2);
        var record = quorum.partition(topic);
        assertThat(record.leader()).isEqualTo(3);
        assertThat(record.leaderEpoch()).isEqualTo(1);
        assertThat(record.isr()).containsExactly(3, 1);
        assertThat(record.elr()).isEmpty();
        assertThat(quorum.last().delta().changedBrokers()).containsExactly(2);
        assertThat(quorum.last().delta().changedTopics()).containsExactly(topic);
    }

    @Test
    void fencedFollowerLeavesTheLeaderAndItsEpoch() {
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(2, 3, 1), Map.of());
        quorum.fence(3);
        var record = quorum.partition(topic);
        assertThat(record.leader()).isEqualTo(2);
        assertThat(record.leaderEpoch()).isZero();
        assertThat(record.partitionEpoch()).isEqualTo(1);
    }

    @Test
    void partitionWithoutTheBrokerIsNotTouched() {
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2), Map.of());
        quorum.fence(3);
        assertThat(quorum.partition(topic).partitionEpoch()).isZero();
        assertThat(quorum.last().delta().changedTopics()).isEmpty();
    }

    @Test
    void whoLeavesBelowMinIsrStaysEligible() { // SETISR
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        quorum.fence(3);
        assertThat(quorum.partition(topic).elr()).isEmpty();
        quorum.fence(2);
        assertThat(quorum.partition(topic).isr()).containsExactly(1);
        assertThat(quorum.partition(topic).elr()).containsExactly(2);
        quorum.fence(1);
        assertThat(quorum.partition(topic).isr()).isEmpty();
        assertThat(quorum.partition(topic).elr()).containsExactly(1, 2);
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
    }

    @Test
    void lateFenceDoesNotHitANewerRun() { // M3, S27
        var quorum = TestQuorum.withBrokers(1);
        var late = quorum.fencing(1);
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_DURABLE));
        quorum.unfence(1);
        var reply = quorum.apply(late);
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
        assertThat(quorum.image().broker(1).orElseThrow().fenced()).isFalse();
    }

    @Test
    void lateCopyOfAFenceDoesNotHitWhoWasUnfencedSince() { // Q2, L16
        var quorum = TestQuorum.withBrokers(1, 2);
        var topic = quorum.topic(1, List.of(1, 2), Map.of());
        var late = quorum.fencing(1);
        quorum.accept(late);
        quorum.unfence(1);
        var record = quorum.partition(topic);
        var reply = quorum.apply(late);
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(reply.getMessage()).contains("assumed_index is ").contains("broker 1 was unfenced at ");
        assertThat(quorum.image().usable(1)).isTrue();
        assertThat(quorum.partition(topic)).isEqualTo(record);
    }

    @Test
    void lateCopyOfAnUnfenceDoesNotLetInWhoWasFencedSince() { // Q2
        var quorum = TestQuorum.withBrokers(1);
        quorum.fence(1);
        var late = quorum.unfencing(1);
        quorum.accept(late);
        quorum.fence(1);
        assertThat(quorum.apply(late).getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(quorum.image().usable(1)).isFalse();
    }

    @Test
    void repeatedFenceChangesNothing() { // Q2
        var quorum = TestQuorum.withBrokers(1, 2);
        var topic = quorum.topic(1, List.of(1, 2), Map.of());
        quorum.fence(1);
        var record = quorum.partition(topic);
        quorum.fence(1);
        assertThat(quorum.partition(topic)).isEqualTo(record);
        assertThat(quorum.last().delta().isEmpty()).isTrue();
    }

    @Test
    void unfencedBrokerKeepsItsEpochAndLeadsOnlyWhatNobodyLeads() { // M3, M2
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var led = quorum.topic(1, List.of(1, 2, 3), Map.of());
        var alone = quorum.topic(2, List.of(1), Map.of());
        long epoch = quorum.epoch(1);
        quorum.fence(1);
        quorum.unfence(1);
        assertThat(quorum.epoch(1)).isEqualTo(epoch);
        assertThat(quorum.partition(led).leader()).isEqualTo(2);
        assertThat(quorum.partition(led).isr()).containsExactly(2, 3);
        assertThat(quorum.partition(alone).leader()).isEqualTo(1);
    }

    @Test
    void unfenceLeavesAPartitionThatItCannotLeadUntouched() {
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        List.of(1, 2, 3).forEach(quorum::fence);
        int version = quorum.partition(topic).partitionEpoch();
        quorum.unfence(1);
        assertThat(quorum.partition(topic).partitionEpoch()).isEqualTo(version);
    }

    @Test
    void stoppingBrokerHandsOverAndLeavesEveryIsr() { // M4
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var led = quorum.topic(1, List.of(1, 2, 3), Map.of());
        var followed = quorum.topic(2, List.of(2, 1), Map.of());
        quorum.shutDown(1);
        assertThat(quorum.partition(led).leader()).isEqualTo(2);
        assertThat(quorum.partition(led).isr()).containsExactly(2, 3);
        assertThat(quorum.partition(followed).isr()).containsExactly(2);
        assertThat(quorum.image().usable(1)).isFalse();
        int version = quorum.partition(led).partitionEpoch();
        quorum.shutDown(1);
        assertThat(quorum.partition(led).partitionEpoch()).isEqualTo(version);
    }

    @Test
    void shutdownOfAnEarlierRunIsRefused() {
        var quorum = TestQuorum.withBrokers(1);
        var reply = quorum.apply(Command.newBuilder()
                .setShutDownBroker(ShutDownBroker.newBuilder().setBrokerId(1).setBrokerEpoch(1)));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
    }

    @Test
    void newRunOfAStoppedBrokerIsNotStoppingAnymore() {
        var quorum = TestQuorum.withBrokers(1, 2);
        quorum.shutDown(1);
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_CLEAN));
        quorum.unfence(1);
        assertThat(quorum.image().usable(1)).isTrue();
    }
}
