package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    /** How a process, or its machine, ends. */
    private enum End {
        KILLED(SimNode::crash),
        STOPPED_IN_ORDER(SimNode::stopInOrder),
        LOST_POWER(SimNode::powerCutLosingAll);

        private final Consumer<SimNode> end;

        End(Consumer<SimNode> end) {
            this.end = end;
        }

        void of(SimNode node) {
            end.accept(node);
        }
    }

    /** Nodes 1 and 2 are gone, 3 is the last one in sync, and has many segments. */
    private static Scenario lastInSyncWithSmallSegments(FlushMode mode) {
        Scenario scenario = Scenario.withSmallSegments(mode).write(30);
        return scenario.crash(1).awaitLeader(2).write(30).crash(2).awaitLeader(3);
    }

    /** Whether the node's next process changed its disk that often while it loaded its logs, which was its end. */
    private static boolean endsWhileLoading(SimNode node, int changes, End end, Scenario scenario) {
        boolean[] ended = new boolean[1];
        node.arm(changes, () -> {
            if (node.serving().isEmpty()) {
                ended[0] = true;
                end.of(node);
            }
        });
        node.start();
        scenario.await("an end", () -> ended[0] || node.serving().isPresent());
        node.disarm();
        return ended[0];
    }

    /** It wrote nothing of its own yet: what the run before it may claim, the one after it may, whatever it was at. */
    @ParameterizedTest
    @CsvSource({
        "ACK, KILLED, KILLED",
        "OS, KILLED, KILLED",
        "ACK, STOPPED_IN_ORDER, KILLED",
        "OS, STOPPED_IN_ORDER, KILLED",
        "ACK, KILLED, LOST_POWER",
        "ACK, LOST_POWER, LOST_POWER",
        "OS, STOPPED_IN_ORDER, LOST_POWER"
    })
    void s28EndWhileLoadingCostsNothing(FlushMode mode, End ofTheRunBefore, End whileLoading) {
        Scenario scenario = lastInSyncWithSmallSegments(mode);
        SimNode node = scenario.node(3);
        int ends = 0;
        boolean again = true;
        while (again) {
            ofTheRunBefore.of(node);
            scenario.awaitNoLeader();
            again = endsWhileLoading(node, ends, whileLoading, scenario);
            assertThat(scenario.elr()).containsExactly(2, 3);
            scenario.start(3).awaitLeader(3);
            ends += again ? 1 : 0;
        }
        assertThat(ends).isPositive();
        scenario.start(1, 2).awaitHealed();
        assertThat(scenario.acknowledged()).isEqualTo(60);
        scenario.healAndCheck();
    }

    /** The page cache outlived the process that was killed, but not the reboot while the next one loaded from it. */
    @Test
    void s28PowerCutWhileLoadingTakesTheClaimOfAKilledProcess() {
        Scenario scenario = lastInSyncWithSmallSegments(FlushMode.OS);
        scenario.crash(3).awaitNoLeader();
        assertThat(endsWhileLoading(scenario.node(3), 0, End.LOST_POWER, scenario))
                .isTrue();
        scenario.start(3).await("3 to be back", () -> scenario.usable(3)).runFor(2_000);
        assertThat(scenario.record().hasLeader()).isFalse();
        assertThat(scenario.elr()).containsExactly(2);
        scenario.start(2).awaitLeader(2).start(1).healAndCheck();
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

    /** A run that stops in order before it has opened its logs vouches for them all the same. */
    @ParameterizedTest
    @EnumSource
    void runThatStopsBeforeItsLogsAreOpenLosesNone(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.crash(3).awaitIsr(1, 2).crash(2).awaitIsr(1).crash(1).awaitNoLeader();
        assertThat(scenario.elr()).containsExactly(1, 2);
        scenario.start(2).await("2 to serve", () -> scenario.node(2).serving().isPresent());
        assertThat(scenario.holdsReplica(2)).isFalse();
        scenario.node(2).stopInOrder();
        scenario.start(2).awaitLeader(2);
        scenario.start(1, 3).healAndCheck();
    }
}
