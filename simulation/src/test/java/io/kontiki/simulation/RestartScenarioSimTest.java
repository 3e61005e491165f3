package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs of brokers, and what a run may say of the one before it: S27, S28 and S53 of the fault catalogue. */
class RestartScenarioSimTest {
    private static final String LOG = "simulated-0/00000000000000000000.log";

    /** What was on its way for the last run of node 3 arrives when the next one serves. */
    @ParameterizedTest
    @EnumSource
    void s27LateCommandsHitOnlyTheRunTheyWereMeantFor(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        long old = scenario.brokerEpoch(3);
        scenario.crash(3).start(3).awaitHealed();
        long epoch = scenario.brokerEpoch(3);
        int version = scenario.record().partitionEpoch();
        assertThat(epoch).isGreaterThan(old);
        scenario.fence(3, old).heartbeat(3, old);
        scenario.node(3).registerAgain();
        scenario.runFor(500);
        assertThat(scenario.brokerEpoch(3)).isEqualTo(epoch);
        assertThat(scenario.usable(3)).isTrue();
        assertThat(scenario.record().partitionEpoch()).isEqualTo(version);
        scenario.healAndCheck();
    }

    /** Node 3 says that its last run stopped cleanly, but means a run before that: its disk is an old image. */
    @ParameterizedTest
    @EnumSource
    void s28MarkerOfAnEarlierRunVouchesForNothing(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        SimNode node = scenario.node(3);
        node.stopInOrder();
        scenario.awaitIsr(1, 2);
        SimNode.Backup backup = node.backup();
        scenario.start(3).awaitHealed().write(5);
        scenario.crash(1).awaitLeader(2).crash(2).awaitLeader(3).crash(3).awaitNoLeader();
        assertThat(scenario.elr()).containsExactly(2, 3);
        node.restore(backup);
        scenario.start(3).runFor(5_000);
        assertThat(scenario.usable(3)).isTrue();
        assertThat(scenario.record().hasLeader()).isFalse();
        assertThat(scenario.elr()).containsExactly(2);
        scenario.start(2).awaitLeader(2).start(1).healAndCheck();
    }

    /** One more registration of the last node to leave, which does not serve yet. */
    private static Scenario registerAgain(Scenario scenario, int node) {
        long epoch = scenario.brokerEpoch(node);
        scenario.start(node).await("the registration", () -> scenario.brokerEpoch(node) > epoch);
        assertThat(scenario.node(node).serving()).isEmpty();
        return scenario;
    }

    /** The claim of the run after that is still about the last one that served, which the quorum saw replaced twice. */
    @ParameterizedTest
    @EnumSource
    void s28CrashBetweenRegisteringAndServingCostsNothing(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.crash(1).awaitLeader(2).crash(2).awaitLeader(3).crash(3).awaitNoLeader();
        for (int start = 0; start < 2; start++) {
            registerAgain(scenario, 3).crash(3).runFor(1_000);
            assertThat(scenario.elr()).containsExactly(2, 3);
        }
        scenario.start(3).awaitLeader(3).start(1, 2).healAndCheck();
    }

    /** Two power cuts, of which the second comes while the last in sync start: what was forced is there. */
    @Test
    void s28PowerCutBetweenRegisteringAndServingCostsNothing() {
        Scenario scenario = new Scenario(FlushMode.ACK).write(5);
        scenario.powerCut(1)
                .awaitLeader(2)
                .powerCut(2)
                .awaitLeader(3)
                .powerCut(3)
                .awaitNoLeader();
        registerAgain(scenario, 2).powerCut(2);
        registerAgain(scenario, 3).powerCut(3).runFor(1_000);
        assertThat(scenario.elr()).containsExactly(2, 3);
        scenario.start(3).awaitLeader(3).start(1, 2).healAndCheck();
    }

    /** Node 3's disk is copied when its run is registered, but has not noted that it serves; it goes on to serve. */
    @ParameterizedTest
    @EnumSource
    void s28CopyOfARunThatHadNotServedYetVouchesForNothing(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.crash(3).awaitIsr(1, 2);
        SimNode.Backup copy = registerAgain(scenario, 3).node(3).backup();
        scenario.awaitHealed().write(5);
        scenario.crash(1).awaitLeader(2).crash(2).awaitLeader(3).crash(3).awaitNoLeader();
        assertThat(scenario.elr()).containsExactly(2, 3);
        scenario.node(3).restore(copy);
        scenario.start(3).runFor(5_000);
        assertThat(scenario.usable(3)).isTrue();
        assertThat(scenario.record().hasLeader()).isFalse();
        assertThat(scenario.elr()).containsExactly(2);
        scenario.start(2).awaitLeader(2).start(1).healAndCheck();
    }

    /** A clone of node 3's disk is started beside it: the later one holds the locks, by its word, and displaces it. */
    @ParameterizedTest
    @EnumSource
    void s28CloneOfARunningNodeVouchesForNothing(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        long epoch = scenario.brokerEpoch(3);
        scenario.node(3).registerClone();
        scenario.await("the clone", () -> scenario.brokerEpoch(3) > epoch).runFor(5_000);
        assertThat(scenario.usable(3)).isFalse();
        assertThat(scenario.isr()).doesNotContain(3);
        scenario.write(3).crash(3).start(3).healAndCheck();
    }

    @ParameterizedTest
    @EnumSource
    void s53FullBrokersAreRefusedByAQuorumThatWasWiped(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.crash(1, 2, 3).runFor(1_000);
        ByteBuffer records = scenario.node(1).disk().contents().get(LOG);
        scenario.quorum().wipe("another");
        scenario.start(1, 2, 3).runFor(20_000);
        assertThat(scenario.quorum().image().brokers()).isEmpty();
        assertThat(scenario.node(1).serving()).isEmpty();
        assertThat(scenario.node(1).disk().contents()).containsEntry(LOG, records);
    }
}
