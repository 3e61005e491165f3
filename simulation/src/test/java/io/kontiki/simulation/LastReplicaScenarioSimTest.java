package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.proto.v1.ElectedLeader;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.HeldOffsets;
import io.kontiki.replication.Acks;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.io.IOException;
import java.util.List;
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

    /**
     * All lose power one by one; node 3, which left last, has all of its records still, and nobody can know. Whoever is
     * elected at any price is the fullest, once all have told that left last; then leadership goes back to the preferred.
     */
    @Test
    void s14FullestLogIsElectedOnceAllHaveToldThatLeftLast() {
        Scenario scenario = allLostPowerAndTheFullestIsDown();
        assertThat(electUnclean(scenario).getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        scenario.runFor(5_000);
        assertThat(electUnclean(scenario).getError().getMessage()).startsWith("brokers [3] have not told");
        assertThat(scenario.record().hasLeader()).isFalse();
        scenario.start(3).await("3 to be back", () -> scenario.usable(3)).runFor(2_000);
        ElectedLeader elected = electUnclean(scenario);
        assertThat(elected.getLeader()).isEqualTo(3);
        assertThat(elected.getHeldList()).hasSize(3);
        assertThat(elected.getLostToOffset()).isEqualTo(elected.getLostFromOffset());
        assertThat(scenario.record().uncleanEpoch()).isEqualTo(elected.getLeaderEpoch());
        assertIsWholeAndBalancedInTheEnd(scenario);
    }

    /** The same, without anybody who asks: the topic says that it wants to be led at any price. */
    @Test
    void s14TopicThatIsToBeLedAtAnyPriceWaitsForAllThatLeftLast() {
        Scenario scenario = allLostPowerAndTheFullestIsDown();
        scenario.cluster().alterTopic("unclean.leader.election.enable", "true");
        scenario.runFor(10_000);
        assertThat(scenario.record().hasLeader()).isFalse();
        scenario.start(3).awaitLeader(3);
        assertThat(scenario.record().uncleanEpoch()).isEqualTo(scenario.record().leaderEpoch());
        assertIsWholeAndBalancedInTheEnd(scenario);
    }

    /** In the order 1, 2, 3; each has more than the one before, and is known to have lost something, perhaps. */
    private static Scenario allLostPowerAndTheFullestIsDown() {
        Scenario scenario = Scenario.withSmallSegments(FlushMode.OS).write(40);
        scenario.powerCut(1).awaitLeader(2).write(40).powerCut(2).awaitLeader(3);
        scenario.node(3).powerCutLosingNothing();
        scenario.awaitNoLeader().start(1, 2, 3);
        scenario.await("all to be back", () -> scenario.cluster().allUsable()).runFor(1_000);
        assertThat(scenario.end(1)).isLessThan(scenario.end(2));
        assertThat(scenario.end(2)).isLessThan(scenario.end(3));
        assertThat(scenario.record().hasLeader()).isFalse();
        return scenario.crash(3).await("3 to be missed", () -> !scenario.usable(3));
    }

    /** Rule M9: an empty log in its place would tell that nothing is lost. */
    @Test
    void logThatIsGoneIsNotMadeAnewWhileNobodyLeads() {
        Scenario scenario = Scenario.on(List.of(1), 3, 1, FlushMode.ACK).write(5);
        scenario.node(1).stopInOrder();
        deleteLog(scenario.node(1).disk());
        scenario.start(1).await("1 to be back", () -> scenario.usable(1)).runFor(10_000);
        assertThat(scenario.holdsReplica(1)).isFalse();
        electUnclean(scenario);
        scenario.runFor(5_000);
        ElectedLeader elected = electUnclean(scenario);
        assertThat(elected.hasLeader()).isFalse();
        assertThat(elected.getHeldList()).singleElement().matches(HeldOffsets::getLogLost);
    }

    /** Rule M9: that of 1 is whole and has most, but its disk takes no change there. It is waited for. */
    @Test
    void logThatCannotBeOpenedIsNotTakenForLost() {
        Scenario scenario = new Scenario(FlushMode.OS).write(10);
        scenario.node(1).powerCutLosingNothing();
        scenario.powerCut(2, 3);
        breakLog(scenario);
        scenario.start(1, 2, 3).runFor(10_000);
        electUnclean(scenario);
        scenario.runFor(5_000);
        assertThat(electUnclean(scenario).hasLeader()).isFalse();
    }

    /** Rule R12 forbids to make a log while nobody leads, not to open the one that is there. */
    @Test
    void logThatCouldNotBeOpenedAtTheStartIsOpenedLater() {
        Scenario scenario = Scenario.on(List.of(1), 3, 1, FlushMode.ACK).write(5);
        scenario.node(1).powerCutLosingNothing();
        breakLog(scenario);
        scenario.start(1).runFor(3_000);
        assertThat(scenario.holdsReplica(1)).isFalse();
        scenario.node(1).disarm();
        scenario.await("the log", () -> scenario.holdsReplica(1));
    }

    private static void breakLog(Scenario scenario) {
        scenario.node(1).disk().watch((operation, path) -> {
            if (path.startsWith("simulated-0")) {
                throw new StorageException(operation, path, new IOException("broken"));
            }
        });
    }

    private static void deleteLog(Disk disk) {
        disk.list("").stream().filter(name -> name.endsWith("-0")).forEach(log -> {
            disk.list(log).forEach(file -> disk.delete(log + "/" + file));
            disk.delete(log);
            disk.forceDirectory("");
        });
    }

    /** Asks that whoever tells to hold most leads, though it may lack records. */
    private static ElectedLeader electUnclean(Scenario scenario) {
        Operator operator = scenario.cluster().operator();
        operator.electUnclean(scenario.cluster().partition(), List.of());
        scenario.await("an answer", () -> operator.told().isPresent());
        return operator.told().orElseThrow().getElected().getPartitions(0);
    }

    /** By and by, and without anybody who asks, the preferred replica leads again. */
    private static void assertIsWholeAndBalancedInTheEnd(Scenario scenario) {
        assertThat(scenario.record().leader()).isEqualTo(3);
        scenario.awaitHealed().awaitLeader(1);
        assertThat(scenario.acknowledged()).isEqualTo(80);
        scenario.healAndCheck();
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
