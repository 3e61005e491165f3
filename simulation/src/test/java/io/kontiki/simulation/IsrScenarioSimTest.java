package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.proto.v1.ErrorReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is in sync, by whose word: S07 to S11, S17, S24, S26, S58 and S59 of the fault catalogue. */
class IsrScenarioSimTest {
    /** Node 2 leads and does not know yet that its last record is committed; node 3 has all but that one. */
    @ParameterizedTest
    @EnumSource
    void s07FollowerBelowTheStartOfTheEpochDoesNotJoin(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        long end = scenario.end(3);
        scenario.isolate(1, 3).awaitIsr(1, 2).runFor(100);
        scenario.write(1).crash(1).awaitLeader(2);
        assertThat(scenario.replica(2).highWatermark()).isEqualTo(end);
        scenario.await("3 to attach", () -> scenario.end(3) > end).crash(2).runFor(5_000);
        scenario.healAndCheck();
    }

    /** The join of a member is committed while the leader hears neither the answer nor the new record. */
    @ParameterizedTest
    @EnumSource
    void s08LeaderWaitsForAMemberWhoseJoinItDoesNotKnowToBeDecided(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.isolate(1, 3).send(1).awaitIsr(1, 2);
        scenario.quorum().delayImage(1);
        scenario.quorum().setReplyLoss(1);
        scenario.rejoin(1, 3).awaitIsr(1, 2, 3).isolate(1, 3);
        int before = scenario.acknowledged();
        // Long enough for the stream to break: then only the proposal makes the leader wait, not rule L5.
        scenario.send(3).runFor(2_500);
        assertThat(scenario.acknowledged()).isEqualTo(before);
        scenario.crash(1, 2).healAndCheck();
    }

    /** The shrink that would let the leader commit without node 3 is not decided yet when that one is elected. */
    @ParameterizedTest
    @EnumSource
    void s09NothingIsAcknowledgedWithoutAMemberWhoseRemovalIsUndecided(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.quorum().holdBackProposals(1);
        scenario.isolate(1, 3).send(3).runFor(2_500);
        assertThat(scenario.quorum().proposalsHeldBack(1)).isPositive();
        assertThat(scenario.acknowledged()).isEqualTo(5);
        scenario.crash(1, 2).awaitLeader(3);
        scenario.quorum().letProposalsGo(1);
        scenario.healAndCheck();
    }

    /** The answers to twenty proposals are lost, and the controller changes meanwhile. */
    @ParameterizedTest
    @EnumSource
    void s10LeaderKeepsTheUnionUntilItKnowsTheOutcome(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.quorum().delayImage(1);
        scenario.quorum().setReplyLoss(1);
        scenario.isolate(1, 3).send(2).awaitIsr(1, 2).runFor(6_000);
        scenario.quorum().changeController();
        scenario.runFor(6_000);
        assertThat(scenario.quorum().answersLost()).isGreaterThanOrEqualTo(20);
        assertThat(scenario.acknowledged()).isEqualTo(5);
        scenario.quorum().setReplyLoss(0);
        scenario.quorum().catchUpImage(1);
        scenario.await("the leader to take the record", () -> scenario.record().equals(scenario.knownRecord(1)));
        assertThat(scenario.record().leader()).isEqualTo(1);
        scenario.write(2).rejoin(1, 3).healAndCheck();
    }

    /** The leader proposes node 3 by what its last run had stored; that run's records went with the power. */
    @ParameterizedTest
    @EnumSource
    void s11EarlierRunOfABrokerDoesNotJoin(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.isolate(1, 3).send(1).awaitIsr(1, 2).write(5);
        scenario.quorum().delayImage(1);
        scenario.quorum().holdBackProposals(1);
        scenario.rejoin(1, 3).await("a proposal", () -> scenario.quorum().proposalsHeldBack(1) > 0);
        long epoch = scenario.brokerEpoch(3);
        scenario.powerCut(3).isolate(1, 3).start(3);
        scenario.await("3 to run again", () -> scenario.brokerEpoch(3) > epoch && scenario.usable(3));
        scenario.quorum().letOneProposalGo(1);
        scenario.runFor(50);
        assertThat(scenario.isr()).containsExactly(1, 2);
        scenario.crash(1).healAndCheck();
    }

    /** The leader does not hear that two copies are needed now, nor that the quorum let its follower go. */
    @ParameterizedTest
    @EnumSource
    void s17EligibleReplicasAreCompleteWhenMoreCopiesAreAskedFor(FlushMode mode) {
        Scenario scenario = new Scenario(3, 1, mode).write(5);
        scenario.crash(3).awaitIsr(1, 2).write(1);
        scenario.quorum().delayImage(1);
        scenario.quorum().setReplyLoss(1);
        scenario.minIsr(2).fence(2);
        scenario.await("2 to be eligible", () -> scenario.elr().contains(2));
        scenario.write(3).isolate(1, 2).send(3).runFor(2_500);
        assertThat(scenario.acknowledged()).isEqualTo(9);
        assertThat(scenario.elr()).contains(2);
        scenario.quorum().setReplyLoss(0);
        scenario.crash(1).awaitLeader(2).healAndCheck();
    }

    /** What the last run of node 3 had stored is told late, when it has attached again with less. */
    @ParameterizedTest
    @EnumSource
    void s24AckOfAnEarlierLinkIsIgnored(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.isolate(1, 3).awaitIsr(1, 2).write(5);
        long end = scenario.end(3);
        scenario.rejoin(1, 3).await("3 to attach", () -> scenario.end(3) > end);
        scenario.holdBack(3, 1).runFor(100);
        long told = scenario.end(3);
        scenario.powerCut(3).start(3).await("3 to dial", () -> scenario.connected(3, 1));
        scenario.holdBack(1, 3).runFor(100);
        scenario.letGo(3, 1).runFor(500);
        if (mode == FlushMode.OS) {
            assertThat(scenario.end(3)).isLessThan(told);
            assertThat(scenario.isr()).containsExactly(1, 2);
        }
        scenario.letGo(1, 3).awaitHealed();
        scenario.healAndCheck();
    }

    /** The node that lost its leadership gets it back without having heard of the loss, and its record counts in the end. */
    @ParameterizedTest
    @EnumSource
    void s26WaiterOfAnEarlierEpochIsToldThatItsOutcomeIsUnknown(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5).crash(3).awaitIsr(1, 2);
        long end = scenario.end(1);
        scenario.quorum().delayImage(1);
        scenario.isolate(1, 2).send(1).runFor(20);
        scenario.fence(1).awaitLeader(2).crash(2);
        scenario.await("1 to lead again", () -> scenario.record().leader() == 1);
        assertThat(scenario.record().leaderEpoch()).isGreaterThan(1);
        scenario.quorum().catchUpImage(1);
        scenario.rejoin(1, 2).start(2, 3).awaitHealed();
        assertThat(scenario.end(1)).isGreaterThan(end);
        assertThat(scenario.refusals()).containsExactly(ErrorReason.ERROR_REASON_LEADER_CHANGED_AFTER_APPEND);
        scenario.healAndCheck();
    }

    /** The first copy is refused as the member is fenced; when the second comes, the member is back, but short. */
    @ParameterizedTest
    @EnumSource
    void s58CopyOfARefusedProposalIsStale(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.isolate(1, 3).send(1).awaitIsr(1, 2);
        scenario.quorum().delayImage(1);
        scenario.quorum().holdBackProposals(1);
        scenario.rejoin(1, 3).await("two copies", () -> scenario.quorum().proposalsHeldBack(1) == 2);
        int version = scenario.record().partitionEpoch();
        scenario.isolate(1, 3).fence(3);
        scenario.quorum().cutOff(3);
        scenario.await("3 to be fenced", () -> !scenario.usable(3));
        scenario.quorum().letOneProposalGo(1);
        scenario.await("a refusal", () -> scenario.record().partitionEpoch() > version);
        scenario.quorum().catchUpImage(1);
        scenario.runFor(1_600).write(3);
        scenario.quorum().reconnect(3);
        scenario.await("3 to be back", () -> scenario.usable(3));
        scenario.quorum().letOneProposalGo(1);
        scenario.runFor(50);
        assertThat(scenario.isr()).containsExactly(1, 2);
        scenario.healAndCheck();
    }

    /** Who was eligible beside the one that was elected is not any more once that one may commit alone. */
    @ParameterizedTest
    @EnumSource
    void s59EligibleReplicasAreForgottenWhenOneCopyIsEnough(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.crash(3).awaitIsr(1, 2).crash(1).awaitIsr(2).crash(2).awaitNoLeader();
        assertThat(scenario.elr()).containsExactly(1, 2);
        scenario.minIsr(1);
        assertThat(scenario.elr()).containsExactly(1, 2);
        scenario.start(2).awaitLeader(2).write(3);
        assertThat(scenario.elr()).isEmpty();
        scenario.crash(2).awaitNoLeader().start(1).runFor(5_000);
        assertThat(scenario.record().hasLeader()).isFalse();
        scenario.start(2).awaitLeader(2).healAndCheck();
    }
}
