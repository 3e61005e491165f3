package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AlterTopic;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Brokers die and come back (rules M1, R3, R4, SETISR, ELECT). */
class RestartTest {
    private static final RestartClaim DURABLE = RestartClaim.RESTART_CLAIM_DURABLE;
    private static final RestartClaim CLEAN = RestartClaim.RESTART_CLAIM_CLEAN;
    private static final RestartClaim UNCLEAN = RestartClaim.RESTART_CLAIM_UNCLEAN;
    private static final RestartClaim PROCESS_CRASH = RestartClaim.RESTART_CLAIM_PROCESS_CRASH;

    @Test
    void onlyBrokerComesBackWithItsPartition() {
        var quorum = TestQuorum.withBrokers(1);
        var topic = quorum.topic(1, List.of(1), Map.of());
        // Killed; the controller, on the same machine, never fenced it.
        quorum.register(TestQuorum.run(1, 2, DURABLE));
        assertThat(quorum.partition(topic).leaderIfAny()).isEmpty();
        assertThat(quorum.partition(topic).elr()).containsExactly(1);

        quorum.unfence(1);

        var record = quorum.partition(topic);
        assertThat(record.leader()).isEqualTo(1);
        assertThat(record.isr()).containsExactly(1);
        assertThat(record.elr()).isEmpty();
        assertThat(record.leaderEpoch()).isEqualTo(2);
    }

    @Test
    void onlyBrokerOfUnflushedTopicComesBackOnlyIfThePageCacheSurvived() {
        for (var claim : List.of(DURABLE, PROCESS_CRASH, CLEAN)) {
            var quorum = TestQuorum.withBrokers(1);
            var topic = quorum.topic(1, List.of(1), Map.of("flush.mode", "os"));
            quorum.register(TestQuorum.run(1, 2, claim));
            quorum.unfence(1);
            assertThat(quorum.partition(topic).hasLeader()).as(claim.name()).isEqualTo(claim != DURABLE);
        }
    }

    /** What was acknowledged before the change may not be on the disk; the run that began after it forced all of its own. */
    @Test
    void onlyARunThatBeganWithFlushModeAckCanVouchForTheDisk() {
        for (boolean restarted : List.of(false, true)) {
            var quorum = TestQuorum.withBrokers(1);
            var topic = quorum.topic(1, List.of(1), Map.of("flush.mode", "os"));
            quorum.accept(Command.newBuilder()
                    .setAlterTopic(AlterTopic.newBuilder()
                            .setTopicId(UuidBytes.toBytes(topic))
                            .addRemoveConfigs("flush.mode")
                            .setAssumedIndex(quorum.image().position().index())));
            assertThat(quorum.partition(topic).flushMode()).isEqualTo(FlushMode.ACK);
            int run = 1;
            if (restarted) {
                quorum.register(TestQuorum.run(1, ++run, CLEAN));
                quorum.unfence(1);
            }

            quorum.register(TestQuorum.run(1, ++run, DURABLE));
            quorum.unfence(1);

            assertThat(quorum.partition(topic).hasLeader()).isEqualTo(restarted);
        }
    }

    @Test
    void allThreeKilledAtOnceComeBackWithoutEverHavingBeenFenced() {
        for (var order : List.of(List.of(1, 2, 3), List.of(3, 2, 1), List.of(2, 3, 1))) {
            var quorum = TestQuorum.withBrokers(1, 2, 3);
            var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
            order.forEach(id -> quorum.register(TestQuorum.run(id, 2, DURABLE)));
            // The first of them left while two were believed in sync, who could have gone on without it.
            assertThat(quorum.partition(topic).isr()).isEmpty();
            assertThat(quorum.partition(topic).elr()).containsExactlyInAnyOrderElementsOf(order.subList(1, 3));

            order.forEach(quorum::unfence);

            var record = quorum.partition(topic);
            assertThat(record.leader()).isEqualTo(order.get(1));
            assertThat(record.isr()).containsExactly(order.get(1));
            assertThat(record.elr()).containsExactly(order.get(2));
            assertThat(record.lastKnown()).isEmpty();
        }
    }

    @Test
    void allThreeFencedOneAfterTheOtherComeBackByTheLastTwo() {
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        List.of(1, 2, 3).forEach(quorum::fence);
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
        assertThat(quorum.partition(topic).elr()).containsExactly(2, 3);

        // 1 left when 2 and 3 could still commit without it: it must not lead, though it is first to return.
        quorum.register(TestQuorum.run(1, 2, DURABLE));
        quorum.unfence(1);
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
        quorum.register(TestQuorum.run(2, 2, DURABLE));
        quorum.unfence(2);

        assertThat(quorum.partition(topic).leader()).isEqualTo(2);
        assertThat(quorum.partition(topic).isr()).containsExactly(2);
        assertThat(quorum.partition(topic).elr()).containsExactly(3);
    }

    @Test
    void replicaThatLostDataIsKeptOnlyAsLastKnown() {
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        List.of(1, 2, 3).forEach(quorum::fence);
        quorum.register(TestQuorum.run(3, 2, UNCLEAN));
        quorum.unfence(3);
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
        assertThat(quorum.partition(topic).elr()).containsExactly(2);
        assertThat(quorum.partition(topic).lastKnown()).containsExactly(3);
    }

    @Test
    void lastReplicaStandingLeadsAgainThoughAnotherReturnsFirst() {
        // S13: isr {1,2,3} → {1,3} → {1}; then 1 dies too; 3 is complete, since nothing was committed by 1 alone.
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        quorum.fence(2);
        quorum.fence(3);
        quorum.fence(1);
        quorum.register(TestQuorum.run(3, 2, DURABLE));
        quorum.unfence(3);
        assertThat(quorum.partition(topic).leader()).isEqualTo(3);
        quorum.register(TestQuorum.run(1, 2, DURABLE));
        quorum.unfence(1);
        assertThat(quorum.partition(topic).leader()).isEqualTo(3);
        assertThat(quorum.partition(topic).elr()).containsExactly(1);
    }

    @Test
    void newRunIsInNoIsr() { // R4
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        quorum.register(TestQuorum.run(1, 2, CLEAN));
        var record = quorum.partition(topic);
        assertThat(record.isr()).containsExactly(2, 3);
        assertThat(record.leader()).isEqualTo(2);
        assertThat(record.leaderEpoch()).isEqualTo(1);
        assertThat(record.partitionEpoch()).isEqualTo(1);
        assertThat(quorum.image().broker(1).orElseThrow().fenced()).isTrue();
    }

    @Test
    void exceptionIsNotCoveredByAnyClaim() {
        for (var claim : List.of(DURABLE, PROCESS_CRASH, CLEAN)) {
            var quorum = TestQuorum.withBrokers(1);
            var damaged = quorum.topic(1, List.of(1), Map.of());
            var whole = quorum.topic(2, List.of(1), Map.of());
            quorum.register(TestQuorum.run(1, 2, claim)
                    .addExceptions(PartitionRef.newBuilder().setTopicId(UuidBytes.toBytes(damaged))));
            quorum.unfence(1);
            assertThat(quorum.partition(damaged).hasLeader()).isFalse();
            assertThat(quorum.partition(damaged).lastKnown()).containsExactly(1);
            assertThat(quorum.partition(whole).leader()).isEqualTo(1);
        }
    }

    @Test
    void claimOnAnotherRunThanTheRegisteredOneIsUnclean() { // R3: a disk image put back
        var quorum = TestQuorum.withBrokers(1);
        var topic = quorum.topic(1, List.of(1), Map.of());
        quorum.register(TestQuorum.run(1, 2, DURABLE));
        quorum.unfence(1);
        quorum.register(
                TestQuorum.run(1, 3, CLEAN).setBaseIncarnation(UuidBytes.toBytes(TestQuorum.incarnation(1, 1))));
        quorum.unfence(1);
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
        assertThat(quorum.partition(topic).lastKnown()).containsExactly(1);
    }

    /** The last run that served; any number of them after it that were registered and died at once. */
    private static RegisterBroker.Builder basedOnTheFirst(int run, RestartClaim claim) {
        return TestQuorum.run(1, run, claim).setBaseIncarnation(UuidBytes.toBytes(TestQuorum.incarnation(1, 1)));
    }

    @Test
    void aRunThatDiedBeforeItServedLeavesTheDataOfTheOneBeforeVouchedFor() { // R1, R3
        for (var claim : List.of(DURABLE, PROCESS_CRASH, CLEAN)) {
            var quorum = TestQuorum.withBrokers(1);
            var topic = quorum.topic(1, List.of(1), Map.of());
            for (int run = 2; run <= 4; run++) {
                quorum.register(basedOnTheFirst(run, claim));
            }
            quorum.fence(1);
            quorum.unfence(1);
            assertThat(quorum.partition(topic).leaderIfAny()).as(claim.name()).hasValue(1);
        }
    }

    @Test
    void aRunThatNotedThatItServedVouchesForItselfThoughItWasNeverUnfenced() { // R3
        var quorum = TestQuorum.withBrokers(1);
        var topic = quorum.topic(1, List.of(1), Map.of());
        quorum.register(TestQuorum.run(1, 2, DURABLE));
        quorum.register(TestQuorum.run(1, 3, DURABLE));
        quorum.register(
                TestQuorum.run(1, 4, DURABLE).setBaseIncarnation(UuidBytes.toBytes(TestQuorum.incarnation(1, 2))));
        quorum.unfence(1);
        assertThat(quorum.partition(topic).hasLeader()).isTrue();
    }

    @Test
    void aCopyOfTheDiskMadeWhileARunStartedIsUncleanOnceThatRunWasUnfenced() { // R3, S28
        for (boolean fenced : List.of(false, true)) {
            var quorum = TestQuorum.withBrokers(1);
            var topic = quorum.topic(1, List.of(1), Map.of());
            quorum.register(TestQuorum.run(1, 2, CLEAN));
            quorum.unfence(1);
            if (fenced) {
                quorum.fence(1);
            }
            quorum.register(basedOnTheFirst(3, CLEAN));
            quorum.unfence(1);
            assertThat(quorum.partition(topic).hasLeader()).isFalse();
            assertThat(quorum.partition(topic).lastKnown()).containsExactly(1);
        }
    }

    @Test
    void aRunWithoutAClaimThatHoldsLeavesNoneToTheNext() { // R3
        var quorum = TestQuorum.withBrokers(1);
        var topic = quorum.topic(1, List.of(1), Map.of());
        quorum.register(TestQuorum.run(1, 2, CLEAN).clearBaseIncarnation());
        assertThat(quorum.partition(topic).elr()).isEmpty();
        quorum.register(basedOnTheFirst(3, CLEAN));
        quorum.unfence(1);
        assertThat(quorum.image().broker(1).orElseThrow().base()).isEmpty();
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
    }

    @Test
    void whatARunThatNeverServedTookBackStaysTakenBack() { // R3: an older copy of its disk would not know
        var quorum = TestQuorum.withBrokers(1);
        var topic = quorum.topic(1, List.of(1), Map.of());
        quorum.register(basedOnTheFirst(2, DURABLE)
                .addExceptions(PartitionRef.newBuilder().setTopicId(UuidBytes.toBytes(topic))));
        quorum.register(basedOnTheFirst(3, DURABLE));
        quorum.unfence(1);
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
        assertThat(quorum.partition(topic).lastKnown()).containsExactly(1);
    }

    @Test
    void swappedDiskIsUncleanWhateverItClaims() { // K-14139
        var quorum = TestQuorum.withBrokers(1);
        var topic = quorum.topic(1, List.of(1), Map.of());
        quorum.fence(1);
        var reply = quorum.register(
                TestQuorum.run(1, 2, CLEAN).clearDirectoryIds().addDirectoryIds(UuidBytes.toBytes(new UUID(9, 9))));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        quorum.unfence(1);
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
        assertThat(quorum.partition(topic).elr()).isEmpty();
    }

    @Test
    void sameRunAgainGetsItsEpochAndChangesNothing() { // M1, Q2
        var quorum = TestQuorum.withBrokers(1, 2);
        quorum.topic(1, List.of(1, 2), Map.of());
        var before = quorum.image();
        var reply = quorum.register(TestQuorum.firstRun(1));
        assertThat(reply.getRegisterBroker().getBrokerEpoch()).isEqualTo(quorum.epoch(1));
        assertThat(quorum.image()).isEqualTo(before.withPosition(quorum.image().position()));
        assertThat(quorum.last().delta().isEmpty()).isTrue();
    }

    @Test
    void secondProcessWithTheSameIdIsRefusedWhileTheFirstRuns() { // M1
        var quorum = TestQuorum.withBrokers(1);
        var other =
                TestQuorum.run(1, 2, UNCLEAN).clearDirectoryIds().addDirectoryIds(UuidBytes.toBytes(new UUID(9, 9)));
        var reply = quorum.register(other);
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_DUPLICATE_BROKER);
        assertThat(reply.getMessage()).contains("host1:9392");
        assertThat(quorum.image().broker(1).orElseThrow().fenced()).isFalse();
    }

    @Test
    void brokerOfAnotherClusterIsRefused() { // Q6
        var quorum = TestQuorum.withBrokers(1);
        var reply = quorum.register(TestQuorum.firstRun(2).setClusterId("other"));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_WRONG_CLUSTER);
        assertThat(reply.getMessage()).contains("other", TestQuorum.CLUSTER);
    }

    @Test
    void brokerEpochIsTheIndexOfItsRegistration() {
        var quorum = TestQuorum.withBrokers(1);
        quorum.skip();
        var reply = quorum.register(TestQuorum.firstRun(2));
        assertThat(reply.getRegisterBroker().getBrokerEpoch())
                .isEqualTo(quorum.image().position().index());
        assertThat(quorum.image().broker(2).orElseThrow().fenced()).isTrue();
    }

    @Test
    void lateUnfenceOfAnEarlierRunIsRefused() { // M2
        var quorum = TestQuorum.withBrokers(1);
        long earlier = quorum.epoch(1);
        quorum.register(TestQuorum.run(1, 2, DURABLE));
        var reply = quorum.apply(io.kontiki.proto.internal.v1.Command.newBuilder()
                .setUnfenceBroker(io.kontiki.proto.internal.v1.UnfenceBroker.newBuilder()
                        .setBrokerId(1)
                        .setBrokerEpoch(earlier)));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
        assertThat(quorum.image().broker(1).orElseThrow().fenced()).isTrue();
    }

    @Test
    void stoppedClusterStartsAgainWithWhateverBrokerWasLast() { // M4
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        List.of(3, 1, 2).forEach(quorum::shutDown);
        assertThat(quorum.partition(topic).leader()).isEqualTo(PartitionRegistration.NO_LEADER);
        assertThat(quorum.partition(topic).elr()).containsExactly(1, 2);
        quorum.register(TestQuorum.run(2, 2, CLEAN));
        quorum.unfence(2);
        assertThat(quorum.partition(topic).leader()).isEqualTo(2);
    }

    @Test
    void lateCopyOfAnEarlierRunsRegistrationDoesNotDisplaceTheNewerRun() { // M1, Q2
        var quorum = TestQuorum.withBrokers(1, 2);
        quorum.fence(1);
        var second = Command.newBuilder()
                .setRegisterBroker(
                        TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_CLEAN).setExpectedEpoch(quorum.epoch(1)));
        quorum.register(TestQuorum.run(1, 3, RestartClaim.RESTART_CLAIM_CLEAN));
        var newer = quorum.image().broker(1);
        for (int copy = 0; copy < 2; copy++) {
            var reply = quorum.apply(second);
            assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
            assertThat(reply.getRegisterBroker().getBrokerEpoch()).isEqualTo(quorum.epoch(1));
            assertThat(quorum.image().broker(1)).isEqualTo(newer);
            quorum.unfence(1);
            newer = quorum.image().broker(1);
        }
    }

    @Test
    void registrationOfABrokerThatWasNeverThereExpectsNone() { // M1
        var quorum = TestQuorum.withBrokers(1);
        var reply = quorum.apply(
                Command.newBuilder().setRegisterBroker(TestQuorum.firstRun(2).setExpectedEpoch(1)));
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(reply.getRegisterBroker().getBrokerEpoch()).isZero();
        assertThat(quorum.image().broker(2)).isEmpty();
    }
}
