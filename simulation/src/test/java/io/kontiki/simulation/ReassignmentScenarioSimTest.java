package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.replication.Acks;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replicas move while the cluster fails: S12 and S55 of the fault catalogue. */
class ReassignmentScenarioSimTest {
    private static final int MIN_ISR = 2;
    private static final int COPIES = 3;

    /** Node 3's log is gone; all that the leader has of it is what it knew before, and it learns of both changes at once. */
    @ParameterizedTest
    @EnumSource
    void s12ReplicaThatWasTakenAwayAndGivenBackIsNotTakenForTheOldOne(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(20).awaitHealed();
        scenario.quorum().delayImage(1);
        scenario.runFor(500)
                .holdBack(3, 1)
                .reassign(1, 2)
                .await("3 to drop its replica", () -> !scenario.holdsReplica(3));
        scenario.reassign(1, 2, 3).await("3 to begin anew", () -> scenario.holdsReplica(3));
        assertThat(scenario.end(3)).isZero();
        scenario.quorum().catchUpImage(1);
        scenario.await(
                "the new epoch",
                () -> scenario.knownEpoch(1) == scenario.record().leaderEpoch());
        scenario.runFor(2_000);
        assertThat(scenario.isr()).containsExactly(1, 2);
        scenario.write(5).letGo(3, 1).awaitReplicas(1, 2, 3).healAndCheck();
        assertThat(scenario.end(3)).isEqualTo(scenario.end(1));
    }

    /** It learns of both changes at once, so that its log stays, and is what it says. */
    @ParameterizedTest
    @EnumSource
    void s12ReplicaThatDoesNotKnowThatItWasAwayComesBack(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(20).awaitHealed();
        scenario.quorum().delayImage(3);
        scenario.runFor(500).reassign(1, 2).awaitReplicas(1, 2).write(5);
        scenario.reassign(1, 2, 3).runFor(500);
        scenario.quorum().catchUpImage(3);
        scenario.awaitReplicas(1, 2, 3).healAndCheck();
    }

    /** Four nodes under load, of which 1 to 3 hold the partition. */
    private static Scenario loaded(FlushMode mode) {
        Scenario scenario = Scenario.on(List.of(1, 2, 3), 4, MIN_ISR, mode);
        scenario.quorum()
                .watch(image -> image.partition(scenario.cluster().partition())
                        .ifPresent(ReassignmentScenarioSimTest::hasItsCopies));
        return scenario.load().runFor(1_000);
    }

    /** At no time fewer replicas than were asked for, nor fewer that could lead than a write needs. */
    private static void hasItsCopies(PartitionRegistration record) {
        SimulationFailure.check(record.replicas().size() >= COPIES, () -> "M11: too few replicas: " + record);
        SimulationFailure.check(
                record.isr().size() + record.elr().size() >= MIN_ISR, () -> "M11: too few copies: " + record);
    }

    private static Set<Integer> holders(Scenario scenario) {
        return Stream.of(1, 2, 3, 4).filter(scenario::holdsReplica).collect(Collectors.toSet());
    }

    private static void movesThrough(FlushMode mode, List<Integer> target, Consumer<Scenario> fault) {
        for (int millis : List.of(0, 10, 25, 50, 100, 250)) {
            Scenario scenario = loaded(mode);
            Integer[] replicas = target.toArray(Integer[]::new);
            // The request itself may be lost with the controller.
            scenario.reassign(replicas)
                    .await("the move", () -> scenario.record().hasReplica(4))
                    .runFor(millis);
            fault.accept(scenario);
            scenario.runFor(6_000).start(1, 2, 3, 4).awaitReplicas(replicas).awaitHealed();
            scenario.healAndCheck();
            scenario.await(
                    "the replicas of others to be deleted",
                    () -> holders(scenario).equals(Set.copyOf(target)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void s55MoveOutlivesTheReplicaThatGoes(FlushMode mode) {
        movesThrough(mode, List.of(1, 2, 4), scenario -> scenario.crash(3));
    }

    @ParameterizedTest
    @EnumSource
    void s55MoveOutlivesTheReplicaThatComes(FlushMode mode) {
        movesThrough(mode, List.of(1, 2, 4), scenario -> scenario.crash(4));
    }

    @ParameterizedTest
    @EnumSource
    void s55MoveOutlivesTheLeader(FlushMode mode) {
        movesThrough(mode, List.of(1, 2, 4), scenario -> scenario.crash(1));
    }

    @ParameterizedTest
    @EnumSource
    void s55MoveOutlivesTheLeaderThatGoes(FlushMode mode) {
        movesThrough(mode, List.of(4, 2, 3), scenario -> scenario.crash(1));
    }

    @ParameterizedTest
    @EnumSource
    void s55MoveOutlivesTheController(FlushMode mode) {
        movesThrough(mode, List.of(4, 2, 3), scenario -> scenario.quorum().changeController());
    }

    /** The new replica is gone before it has anything: back to where it was, and what it has made is deleted. */
    @ParameterizedTest
    @EnumSource
    void s55MoveIsCancelledWhenTheNewReplicaIsGone(FlushMode mode) {
        Scenario scenario = loaded(mode);
        scenario.isolate(1, 4).reassign(1, 2, 4).await("4 to begin", () -> scenario.holdsReplica(4));
        scenario.crash(4).runFor(1_000).rejoin(1, 4);
        scenario.cluster().operator().cancelReassignment(scenario.cluster().partition());
        scenario.awaitReplicas(1, 2, 3).start(4).awaitHealed();
        scenario.healAndCheck();
        scenario.await("the replica of 4 to be deleted", () -> holders(scenario).equals(Set.of(1, 2, 3)));
    }

    /**
     * The only replica moves from node 1 to node 2. Node 1 does not hear that its proposal was taken, which ends its
     * leadership; a copy of it is refused: what it has alone is not committed.
     */
    @ParameterizedTest
    @EnumSource
    void s55LeaderThatMovedAwayUnawaresCommitsNothingAlone(FlushMode mode) {
        Scenario scenario = Scenario.on(List.of(1), 2, 1, mode).write(20);
        scenario.reassign(2).await("2 to begin", () -> scenario.holdsReplica(2) && scenario.holdsReplica(1));
        scenario.quorum().delayImage(1);
        scenario.quorum().setReplyLoss(1);
        scenario.awaitLeader(2).quorum().setReplyLoss(0);
        int acknowledged = scenario.acknowledged();
        for (int i = 0; i < 20; i++) {
            scenario.sendTo(1, 1, Acks.ALL).runFor(200);
        }
        assertThat(scenario.acknowledged()).isEqualTo(acknowledged);
        scenario.quorum().catchUpImage(1);
        scenario.awaitReplicas(2).write(3).healAndCheck();
    }
}
