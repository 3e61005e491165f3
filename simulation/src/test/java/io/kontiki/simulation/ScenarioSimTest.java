package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.partition.ProduceOutcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scenarios of the fault catalogue that need a whole cluster; every invariant is checked at each step of them. */
class ScenarioSimTest {
    /** S01: the high watermark of a member that restarts and leads is behind what it holds. */
    @ParameterizedTest
    @EnumSource
    void restartedMemberKeepsWhatItHoldsAboveItsHighWatermark(FlushMode mode) {
        Scenario scenario = new Scenario(2, mode).write(5);
        int first = scenario.leader();
        int second = scenario.otherThan(first, first);
        long end = scenario.node(second).log().endOffset();
        scenario.node(second).crash();
        scenario.isolate(first, second);
        scenario.node(second).start();
        scenario.runFor(100);
        scenario.node(first).crash();
        scenario.awaitLeaderOtherThan(first);
        assertThat(scenario.node(second).log().endOffset()).isGreaterThan(end);
        scenario.rejoin(first, second).healAndCheck();
    }

    /** S03: three leaders in quick succession, each with writes that the next has not. */
    @ParameterizedTest
    @EnumSource
    void logsConvergeAfterFastFailovers(FlushMode mode) {
        Scenario scenario = new Scenario(3, mode).write(5);
        for (int round = 0; round < 4; round++) {
            int old = scenario.leader();
            scenario.isolate(1, 2).isolate(2, 3).isolate(1, 3);
            scenario.send(3).runFor(20);
            scenario.node(old).crash();
            scenario.awaitLeaderOtherThan(old).send(2).runFor(20);
            scenario.rejoin(1, 2).rejoin(2, 3).rejoin(1, 3);
            scenario.runFor(200);
            scenario.node(old).start();
            scenario.awaitHealed();
        }
        scenario.healAndCheck();
    }

    /** S05: elections without writes. */
    @ParameterizedTest
    @EnumSource
    void epochsWithoutWritesAreInEveryLog(FlushMode mode) {
        Scenario scenario = new Scenario(3, mode);
        for (int round = 0; round < 5; round++) {
            int old = scenario.leader();
            scenario.node(old).crash();
            scenario.awaitLeaderOtherThan(old);
            scenario.node(old).start();
            scenario.awaitHealed();
        }
        int epoch = scenario.cluster().record().orElseThrow().leaderEpoch();
        assertThat(epoch).isEqualTo(5);
        for (SimNode node : scenario.cluster().nodes()) {
            assertThat(node.log().epochs().latestEpoch()).hasValue(epoch);
        }
        scenario.write(5).healAndCheck();
    }

    /** S09: the shrink that would let the leader commit alone is not yet decided when the other one is elected. */
    @ParameterizedTest
    @EnumSource
    void nothingIsAcknowledgedWithoutAMemberWhoseRemovalIsUndecided(FlushMode mode) {
        Scenario scenario = new Scenario(3, mode).write(5);
        int first = scenario.leader();
        int lost = scenario.otherThan(first, first);
        int other = scenario.otherThan(first, lost);
        scenario.cluster().quorum().setDown(true);
        scenario.isolate(first, lost).send(3).runFor(2_500);
        assertThat(scenario.acknowledged()).isEqualTo(5);
        scenario.node(first).crash();
        scenario.node(other).crash();
        scenario.cluster().quorum().setDown(false);
        scenario.healAndCheck();
    }

    /** S08: the join of a member is committed while the leader hears neither the answer nor the new record. */
    @ParameterizedTest
    @EnumSource
    void leaderWaitsForAMemberWhoseJoinItDoesNotKnowToBeDecided(FlushMode mode) {
        Scenario scenario = new Scenario(3, mode).write(5);
        int first = scenario.leader();
        int joining = scenario.otherThan(first, first);
        scenario.isolate(first, joining).send(1).awaitIsr(2);
        scenario.cluster().quorum().delayImage(first);
        scenario.cluster().quorum().setReplyLoss(1);
        scenario.rejoin(first, joining).awaitIsr(3);
        scenario.isolate(first, joining);
        int before = scenario.acknowledged();
        // Long enough for the stream to break: then only the proposal makes the leader wait, not rule L5.
        scenario.send(3).runFor(2_500);
        assertThat(scenario.acknowledged()).isEqualTo(before);
        scenario.node(first).crash();
        scenario.node(scenario.otherThan(first, joining)).crash();
        scenario.healAndCheck();
    }

    /** S18: a leader that was stopped for long resumes with requests and timers waiting. */
    @ParameterizedTest
    @EnumSource
    void pausedLeaderAcknowledgesNothingNew(FlushMode mode) {
        Scenario scenario = new Scenario(3, mode).write(5);
        SimBroker zombie = scenario.cluster().leader().orElseThrow();
        zombie.pause();
        scenario.send(3).awaitLeaderOtherThan(zombie.id()).write(4);
        int before = scenario.acknowledged();
        zombie.resume();
        scenario.runFor(500);
        assertThat(scenario.acknowledged()).isEqualTo(before);
        assertThat(scenario.outcomes())
                .filteredOn(ProduceOutcome.Written.class::isInstance)
                .hasSize(9);
        scenario.healAndCheck();
    }
}
