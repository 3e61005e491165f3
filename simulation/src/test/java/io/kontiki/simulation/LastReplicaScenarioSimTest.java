package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.replication.Acks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody is left: S13 to S16 of the fault catalogue. */
class LastReplicaScenarioSimTest {
    /** Node 1 is the last in sync and loses power; node 3, which left before it and lost nothing, returns first. */
    @ParameterizedTest
    @EnumSource
    void s13LastReplicaStandingGivesWayToOneThatLostNothing(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.crash(2).awaitIsr(1, 3).write(1);
        scenario.crash(3).awaitIsr(1);
        long committed = scenario.end(1);
        assertThat(scenario.elr()).containsExactly(3);
        scenario.await("1 to know", () -> scenario.knownIsr(1).size() == 1)
                .runFor(20)
                .send(1)
                .sendTo(1, 3, Acks.LEADER);
        assertThat(scenario.refusals()).containsExactly(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        scenario.runFor(50);
        assertThat(scenario.end(1)).isEqualTo(committed + 3);
        scenario.powerCut(1).awaitNoLeader().start(3).awaitLeader(3);
        scenario.start(1).awaitIsr(1, 3).write(1);
        assertThat(scenario.epochAt(1, committed)).hasValue(scenario.record().leaderEpoch());
        scenario.start(2).awaitHealed();
        assertThat(scenario.acknowledged()).isEqualTo(7);
        scenario.healAndCheck();
    }

    /** Each node lost what it had not flushed: which log is the longest, nobody may guess. */
    @Test
    void s14NoLogThatMayBeShortIsElectedInSilence() {
        Scenario scenario = new Scenario(FlushMode.OS).write(5);
        scenario.powerCut(1).awaitIsr(2, 3).powerCut(2).awaitIsr(3).powerCut(3).awaitNoLeader();
        scenario.start(1, 2, 3).runFor(15_000);
        assertThat(scenario.record().hasLeader()).isFalse();
        assertThat(scenario.isr()).isEmpty();
        assertThat(scenario.elr()).isEmpty();
        assertThat(scenario.record().lastKnown()).contains(2, 3);
    }

    /** The power of all nodes and of the quorum goes under load, where each acknowledgement meant a flush. */
    @ParameterizedTest
    @ValueSource(strings = {"1 2 3", "3 2 1", "2 3 1"})
    void s15NothingIsLostWhenThePowerOfAllGoesAtOnce(String order) {
        Scenario scenario = new Scenario(FlushMode.ACK).write(10).send(20).runFor(3);
        scenario.quorum().setDown(true);
        scenario.powerCut(1, 2, 3).runFor(1_000);
        int acknowledged = scenario.acknowledged();
        scenario.quorum().setDown(false);
        scenario.quorum().changeController();
        for (String node : order.split(" ")) {
            scenario.start(Integer.parseInt(node)).runFor(400);
        }
        scenario.awaitHealed();
        assertThat(scenario.acknowledged()).isEqualTo(acknowledged).isGreaterThanOrEqualTo(10);
        scenario.healAndCheck();
    }

    /** All processes are killed; what they wrote is still in the page cache of their machines. */
    @ParameterizedTest
    @EnumSource
    void s16NothingIsLostWhenAllProcessesAreKilledAtOnce(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(10).send(20).runFor(3);
        scenario.quorum().setDown(true);
        scenario.crash(1, 2, 3).runFor(1_000);
        int acknowledged = scenario.acknowledged();
        scenario.quorum().setDown(false);
        scenario.quorum().changeController();
        scenario.start(2, 3, 1).awaitHealed();
        assertThat(scenario.acknowledged()).isEqualTo(acknowledged).isGreaterThanOrEqualTo(10);
        scenario.healAndCheck();
    }
}
