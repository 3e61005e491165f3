package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.GroupImage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Groups of consumers in a cluster of three, of which one fails. */
class GroupScenarioSimTest {
    private static final String GROUP = "readers";
    /** Time for some commits of each member. */
    private static final long COMMITS_MILLIS = 8_000;

    private final Simulation simulation = new Simulation(
            Long.getLong("sim.seed", 1),
            SimulationOptions.scripted(FlushMode.ACK).withDirectories(1, 4));
    private final Cluster cluster = simulation.cluster();
    private final GroupWorkload groups = simulation.workload().groups();

    private void start(int members, int statics) {
        simulation.startBrokers();
        simulation.createTopic();
        simulation.workload().start();
        groups.add(GROUP, members, statics, GroupWorkload.ALL_TOPICS);
        simulation.runFor(COMMITS_MILLIS);
    }

    @Test
    void commitsSurviveTheCoordinatorsKill() {
        start(2, 0);
        int coordinator = coordinator();
        cluster.node(coordinator).crash();
        await("another coordinator", () -> coordinator() != coordinator && coordinator() > 0);
        exchangeMembers();
        awaitEvent(Event.COMMIT_SURVIVED_ITS_COORDINATOR);
        end();
    }

    @Test
    void commitsSurviveTheQuorumLeadersKill() {
        start(2, 0);
        cluster.quorum().setDown(true);
        simulation.runFor(1_500);
        cluster.quorum().changeController();
        cluster.quorum().setDown(false);
        exchangeMembers();
        awaitEvent(Event.COMMIT_SURVIVED_ITS_CONTROLLER);
        end();
    }

    @Test
    void commitsSurviveThePartitionLeadersKill() {
        start(2, 0);
        cluster.node(cluster.record().orElseThrow().leader()).crash();
        exchangeMembers();
        awaitEvent(Event.COMMIT_SURVIVED_ITS_LEADER);
        end();
    }

    /** It stood still while its partitions went to others, and commits before it hears of that. */
    @Test
    void s48CommitOfAMemberThatStoodStillIsRefused() {
        start(2, 0);
        SimMember member = groups.seat(0).orElseThrow().process().orElseThrow();
        await("something to commit", member::owesCommits);
        member.pause();
        member.loseStream();
        await("its end", () -> group().member(member.id()).isEmpty());
        member.resume();
        awaitEvent(Event.ZOMBIE_COMMIT_REFUSED);
        awaitEvent(Event.MEMBER_FENCED);
        end();
    }

    @Test
    void staticMemberReturnsToItsPartitions() {
        start(2, 2);
        GroupWorkload.Seat seat = groups.seat(0).orElseThrow();
        var owned = seat.process().orElseThrow().owned();
        long changedHands = count(Event.PARTITION_CHANGED_HANDS);
        seat.crash();
        simulation.runFor(1_000);
        seat.start();
        awaitEvent(Event.STATIC_MEMBER_RETURNED);
        await("its partitions", () -> owned.equals(seat.process().orElseThrow().owned()));
        assertThat(owned).isNotEmpty();
        assertThat(count(Event.PARTITION_CHANGED_HANDS)).isEqualTo(changedHands);
        end();
    }

    @Test
    void leaverHandsOverWhatItHasCommitted() {
        start(3, 0);
        GroupWorkload.Seat seat = groups.seat(0).orElseThrow();
        seat.leave(false);
        await("its end", () -> seat.process().isEmpty());
        await(
                "the others to own all",
                () -> group().members().values().stream()
                                .mapToInt(member -> member.owned().size())
                                .sum()
                        == 4);
        end();
    }

    private int coordinator() {
        return cluster.quorum().image().slots().of(GROUP).owner();
    }

    private GroupImage group() {
        return cluster.quorum().image().group(GROUP).orElseThrow();
    }

    /** Others begin where those were. */
    private void exchangeMembers() {
        for (int number = 0; number < 2; number++) {
            GroupWorkload.Seat seat = groups.seat(number).orElseThrow();
            seat.crash();
            seat.start();
        }
    }

    private void await(String what, BooleanSupplier condition) {
        simulation.await(what, condition);
    }

    private void awaitEvent(Event event) {
        await(event.name(), () -> count(event) > 0);
    }

    private long count(Event event) {
        return simulation.events().counts().get(event);
    }

    private void end() {
        assertThat(simulation.healAndCheck()).isGreaterThan(50);
    }
}
