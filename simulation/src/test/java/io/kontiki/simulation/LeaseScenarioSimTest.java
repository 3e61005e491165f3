package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.partition.OffsetLookup;
import io.kontiki.partition.Partition;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.replication.Acks;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A leader that does not know that it is deposed tells no latest offset and takes no acks=1 (rules L13 and L16). */
class LeaseScenarioSimTest {
    /** Its session ran out while it stood still; then the controller lets it in, before it has seen why. */
    @ParameterizedTest
    @EnumSource
    void deposedLeaderWithAnOldImageHasNoLease(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.quorum().delayImage(1);
        broker(scenario, 1).pause();
        scenario.awaitLeader(2).write(3);
        broker(scenario, 1).resume();
        scenario.await("1 to be let in", () -> scenario.usable(1)).runFor(1_000);
        assertThat(broker(scenario, 1).leads(scenario.cluster().partition())).isTrue();
        assertIsWithoutLease(scenario);
        scenario.quorum().catchUpImage(1);
        scenario.healAndCheck();
    }

    /** Its event loop waits for the disk, while what it published says still that it leads. */
    @ParameterizedTest
    @EnumSource
    void deposedLeaderWhoseLoopStandsStillHasNoLease(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        broker(scenario, 1).pause();
        scenario.runFor(100);
        scenario.node(1).hang();
        scenario.awaitLeader(2).write(3);
        broker(scenario, 1).resume();
        scenario.await("1 to be let in", () -> scenario.usable(1)).runFor(1_000);
        assertThat(latest(scenario)).isInstanceOf(OffsetLookup.Refused.class);
        scenario.node(1).answer();
        scenario.healAndCheck();
    }

    /** The controller stood still with it, and has a successor that it has not heard of. */
    @ParameterizedTest
    @EnumSource
    void deposedLeaderBesideADeposedControllerHasNoLease(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.quorum().deposeController(1);
        scenario.quorum().delayImage(1);
        broker(scenario, 1).pause();
        scenario.runFor(3_000).awaitLeader(2).write(3);
        broker(scenario, 1).resume();
        for (int i = 0; i < 30; i++) {
            scenario.quorum().tickDeposed();
            assertThat(latest(scenario)).isInstanceOf(OffsetLookup.Refused.class);
            scenario.runFor(100);
        }
        scenario.quorum().deposedControllerNotices();
        scenario.quorum().catchUpImage(1);
        scenario.healAndCheck();
    }

    /** The command that fenced it once comes again, late, when it leads again and has a lease. */
    @ParameterizedTest
    @EnumSource
    void leaderWithALeaseIsNotFencedByALateCopy(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        Command fence = scenario.fencing(1, scenario.brokerEpoch(1));
        scenario.quorum().submit(fence);
        scenario.awaitLeader(2).awaitHealed();
        scenario.cluster().operator().electPreferred(scenario.cluster().partition());
        scenario.awaitLeader(1).awaitHealed();
        scenario.quorum().delayImage(1);
        scenario.quorum().submit(fence);
        scenario.runFor(500).write(3);
        assertThat(scenario.record().leader()).isEqualTo(1);
        scenario.quorum().catchUpImage(1);
        scenario.healAndCheck();
    }

    /** It hands over to another one, and hears of it late. */
    @ParameterizedTest
    @EnumSource
    void latestOffsetIsNotToldBeforeTheFormerLeaderKnows(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.crash(1).awaitLeader(2).start(1).awaitHealed();
        scenario.quorum().delayImage(2);
        scenario.cluster().operator().electPreferred(scenario.cluster().partition());
        scenario.awaitLeader(1).runFor(500);
        assertThat(partition(scenario, 2).latestOffset()).isInstanceOf(OffsetLookup.Found.class);
        assertThat(partition(scenario, 1).latestOffset()).isInstanceOf(OffsetLookup.Refused.class);
        scenario.quorum().catchUpImage(2);
        scenario.awaitHealed();
        assertThat(partition(scenario, 1).latestOffset()).isInstanceOf(OffsetLookup.Found.class);
        scenario.healAndCheck();
    }

    /** It leaves the in-sync replicas, being silent, before its lease ends. */
    @ParameterizedTest
    @EnumSource
    void latestOffsetIsNotToldBesideAFormerLeaderThatFellBehind(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.crash(1).awaitLeader(2).start(1).awaitHealed();
        scenario.quorum().delayImage(2);
        scenario.cluster().operator().electPreferred(scenario.cluster().partition());
        scenario.quorum().setReplyLoss(1);
        scenario.awaitLeader(1).awaitIsr(1, 3).runFor(20);
        assertThat(partition(scenario, 2).latestOffset()).isInstanceOf(OffsetLookup.Found.class);
        assertThat(partition(scenario, 1).latestOffset()).isInstanceOf(OffsetLookup.Refused.class);
        scenario.quorum().setReplyLoss(0);
        scenario.runFor(3_000);
        assertThat(partition(scenario, 2).latestOffset()).isInstanceOf(OffsetLookup.Refused.class);
        assertThat(partition(scenario, 1).latestOffset()).isInstanceOf(OffsetLookup.Found.class);
        scenario.quorum().catchUpImage(2);
        scenario.healAndCheck();
    }

    /** The only replica moves from node 1 to node 2, which node 1 does not hear of: neither by its image, nor as an answer. */
    @ParameterizedTest
    @EnumSource
    void latestOffsetIsNotToldBesideALeaderThatMovedAwayUnawares(FlushMode mode) {
        Scenario scenario = Scenario.on(List.of(1), 2, 1, mode).write(20);
        scenario.reassign(2).await("2 to begin", () -> scenario.holdsReplica(2) && scenario.holdsReplica(1));
        scenario.quorum().delayImage(1);
        scenario.quorum().setReplyLoss(1);
        scenario.awaitLeader(2).runFor(20);
        assertThat(partition(scenario, 1).latestOffset()).isInstanceOf(OffsetLookup.Found.class);
        assertThat(partition(scenario, 2).latestOffset()).isInstanceOf(OffsetLookup.Refused.class);
        scenario.quorum().setReplyLoss(0);
        scenario.await("1 to be told, as it asks again", () -> scenario.knownEpoch(1) == scenario.knownEpoch(2));
        assertThat(partition(scenario, 1).latestOffset()).isInstanceOf(OffsetLookup.Refused.class);
        scenario.runFor(3_000);
        assertThat(partition(scenario, 2).latestOffset()).isInstanceOf(OffsetLookup.Found.class);
        scenario.quorum().catchUpImage(1);
        scenario.healAndCheck();
    }

    private static void assertIsWithoutLease(Scenario scenario) {
        assertThat(latest(scenario)).isInstanceOf(OffsetLookup.Refused.class);
        scenario.sendTo(1, 1, Acks.LEADER).runFor(100);
        assertThat(scenario.refusals()).containsExactly(ErrorReason.ERROR_REASON_LEASE_EXPIRED);
    }

    private static OffsetLookup latest(Scenario scenario) {
        return partition(scenario, 1).latestOffset();
    }

    private static Partition partition(Scenario scenario, int node) {
        return broker(scenario, node).find(scenario.cluster().partition()).orElseThrow();
    }

    private static SimBroker broker(Scenario scenario, int node) {
        return scenario.node(node).serving().orElseThrow();
    }
}
