package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.LogDir;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.replication.Acks;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks fail, fill up, hang and are exchanged: S29 to S36 of the fault catalogue. */
class DiskScenarioSimTest {
    /** The last member in sync restarts with an empty disk: it may not lead, though the quorum thinks well of it. */
    @ParameterizedTest
    @EnumSource
    void s29MemberWithAnExchangedDiskIsRefilled(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.crash(2).awaitIsr(1, 3).crash(3).awaitIsr(1).crash(1).awaitNoLeader();
        assertThat(scenario.elr()).containsExactly(1, 3);
        scenario.node(1).exchangeDisk();
        scenario.start(1).await("1 to be back", () -> scenario.usable(1)).runFor(2_000);
        assertThat(scenario.record().hasLeader()).isFalse();
        assertThat(scenario.elr()).containsExactly(3);
        scenario.start(3).awaitLeader(3).start(2).awaitHealed();
        assertThat(scenario.end(1)).isGreaterThan(5);
        scenario.healAndCheck();
    }

    @ParameterizedTest
    @EnumSource
    void s30LeadershipMovesWhenTheDirectoryOfTheLeaderFails(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.node(1).disk().failAfter(0);
        scenario.sendTo(1, 3, Acks.LEADER).await("the failure", () -> scenario.count(Event.DISK_OFFLINE) == 1);
        // Also makes the disk work again.
        scenario.powerCut(1).awaitLeader(2).write(3);
        assertThat(scenario.outcomes())
                .filteredOn(ProduceOutcome.Written.class::isInstance)
                .hasSize(8);
        scenario.start(1).healAndCheck();
    }

    /** One flush fails and each later one would succeed, but what the first did not write is lost in the next power cut. */
    @ParameterizedTest
    @EnumSource
    void s31DirectoryIsOfflineAfterOneFailedFlush(FlushMode mode) {
        Scenario scenario = Scenario.withSmallSegments(mode).write(5);
        int told = scenario.outcomes().size();
        scenario.node(1).disk().failNextFlush();
        awaitOffline(scenario, Acks.LEADER);
        if (mode == FlushMode.ACK) {
            assertThat(scenario.outcomes().subList(told, scenario.outcomes().size()))
                    .noneMatch(ProduceOutcome.Written.class::isInstance);
        }
        scenario.powerCut(1).awaitLeader(2).write(3).start(1).healAndCheck();
    }

    /** The same on a follower: what it could not flush it says to nobody that it has. */
    @ParameterizedTest
    @EnumSource
    void s31FollowerWithAFailedFlushCountsForNothing(FlushMode mode) {
        Scenario scenario = Scenario.withSmallSegments(mode).write(5);
        scenario.crash(3).awaitIsr(1, 2);
        int acknowledged = scenario.acknowledged();
        scenario.node(2).disk().failNextFlush();
        awaitOffline(scenario, Acks.ALL);
        if (mode == FlushMode.ACK) {
            assertThat(scenario.acknowledged()).isEqualTo(acknowledged);
        }
        scenario.powerCut(2).start(2, 3).healAndCheck();
    }

    private static void awaitOffline(Scenario scenario, Acks acks) {
        scenario.await("the directory to be offline", () -> {
            scenario.sendTo(1, 1, acks);
            return scenario.count(Event.DISK_OFFLINE) == 1;
        });
    }

    /** Time and again a node loses power while records arrive: of what it had not flushed, any part is there. */
    @ParameterizedTest
    @EnumSource
    void s34TornTailIsCutAndTheReplicaJoinsAgain(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        for (int round = 0; round < 20; round++) {
            int node = 1 + round % 3;
            scenario.await("a leader", () -> scenario.cluster().leader().isPresent());
            scenario.sendAtOnce(10).runFor(round % 4);
            scenario.node(node).powerCut();
            scenario.runFor(500).start(node).awaitHealed();
        }
        assertThat(scenario.count(Event.TORN_TAIL_CUT)).isPositive();
        scenario.healAndCheck();
    }

    private static void leaves(Scenario scenario, int node, long bytes) {
        scenario.node(node).disk().setUsableBytes(bytes);
    }

    /**
     * Followers get full, one after the other: with the first, writes go on; with the second they stop, and nothing is
     * acknowledged that only the leader has.
     */
    @ParameterizedTest
    @EnumSource
    void s32FullFollowersLeaveAndComeBackByThemselves(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        leaves(scenario, 3, 0);
        scenario.sendToUntil(1, () -> scenario.isr().equals(Set.of(1, 2))).write(5);
        leaves(scenario, 2, SimBroker.RESERVE_BYTES - 1);
        int acknowledged = scenario.runFor(2_000).acknowledged();
        scenario.sendToUntil(1, () -> scenario.isr().equals(Set.of(1)))
                .runFor(1_000)
                .sendTo(1, 1)
                .runFor(2_000);
        assertThat(scenario.acknowledged()).isEqualTo(acknowledged);
        assertThat(scenario.elr()).containsExactly(2);
        assertThat(scenario.refusals()).contains(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        leaves(scenario, 2, Nemesis.PLENTY_BYTES);
        leaves(scenario, 3, Nemesis.PLENTY_BYTES);
        scenario.awaitIsr(1, 2, 3).awaitHealed();
        assertThat(scenario.count(Event.DISK_OFFLINE)).isZero();
        scenario.healAndCheck();
    }

    /** What is refused for want of room was not written: the reserve is kept, and the leader leads on. */
    @ParameterizedTest
    @EnumSource
    void s32FullLeaderRefusesBeforeItWrites(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        for (long bytes : List.of(0L, SimBroker.RESERVE_BYTES - 1)) {
            leaves(scenario, 1, bytes);
            long end = scenario.runFor(2_000).end(1);
            scenario.sendTo(1, 3);
            leaves(scenario, 3, bytes);
            scenario.runFor(2_000).sendTo(1, 3);
            assertThat(scenario.end(1)).isEqualTo(end);
            assertThat(scenario.isr()).containsExactly(1, 2, 3);
            leaves(scenario, 1, Nemesis.PLENTY_BYTES);
            leaves(scenario, 3, Nemesis.PLENTY_BYTES);
            scenario.runFor(2_000).write(5);
        }
        assertThat(scenario.refusals()).hasSize(12).containsOnly(ErrorReason.ERROR_REASON_STORAGE_FULL);
        scenario.healAndCheck();
    }

    /** It has no room to write down what an election asks of it: it leads once there is some. */
    @ParameterizedTest
    @EnumSource
    void s32FullNodesThatAreElectedOrRestartedLoseNothing(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        leaves(scenario, 2, 0);
        leaves(scenario, 3, 0);
        scenario.runFor(2_000).crash(1, 3).runFor(5_000).start(1, 3).runFor(5_000);
        leaves(scenario, 2, Nemesis.PLENTY_BYTES);
        leaves(scenario, 3, Nemesis.PLENTY_BYTES);
        scenario.awaitHealed().write(5).healAndCheck();
    }

    /** A follower's disk gives no answer for 20 s: it leaves, and its process ends. */
    @ParameterizedTest
    @EnumSource
    void s33FollowerWhoseDiskHangsIsWaitedForForABoundedTime(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.node(2).hang();
        scenario.send(1).awaitIsr(1, 3).write(3);
        assertThat(scenario.count(Event.ENDED_BY_A_HUNG_DISK)).isZero();
        scenario.runFor(20_000);
        assertThat(scenario.acknowledged()).isEqualTo(9);
        scenario.node(2).answer();
        scenario.awaitHealed();
        assertThat(scenario.record().leader()).isEqualTo(1);
        scenario.healAndCheck();
    }

    /** Heartbeats do not need the disk: the leader stays, and nothing is written, until its process ends for it. */
    @ParameterizedTest
    @EnumSource
    void s33LeaderWhoseDiskHangsIsReplacedAndLosesNothing(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5).send(3);
        scenario.node(1).hang();
        scenario.send(3).runFor(4_000);
        assertThat(scenario.record().leader()).isEqualTo(1);
        scenario.awaitLeader(2).write(3).runFor(10_000);
        assertThat(scenario.count(Event.ENDED_BY_A_HUNG_DISK)).isOne();
        assertThat(scenario.count(Event.DISK_OFFLINE)).isZero();
        scenario.node(1).answer();
        scenario.awaitHealed();
        assertThat(scenario.acknowledged()).isBetween(8, 14);
        scenario.healAndCheck();
    }

    /** One of the leader's two directories fails: what is in the other one is led on, by the same run of the broker. */
    @ParameterizedTest
    @EnumSource
    void s33PartitionsInOtherDirectoriesOfTheLeaderStay(FlushMode mode) {
        Scenario scenario = new Scenario(SimulationOptions.scripted(mode).withDirectories(2, 2));
        Cluster cluster = scenario.cluster();
        cluster.createTopicOn(List.of(1, 2, 3));
        scenario.awaitHealed().load().runFor(500);
        SimBroker leader = scenario.node(1).serving().orElseThrow();
        LogDir failing = leader.dirs().get(1);
        Map<Boolean, TopicPartition> inFailing = cluster.partitions().stream()
                .collect(Collectors.toMap(id -> leader.find(id).orElseThrow().dir() == failing, id -> id));
        scenario.node(1).directories().get(1).disk().failAfter(0);
        scenario.await(
                "another leader",
                () -> cluster.leader(inFailing.get(true))
                        .filter(other -> other.id() == 2)
                        .isPresent());
        assertThat(failing.isOffline()).isTrue();
        CommittedLog staying = cluster.checks().committed(inFailing.get(false));
        int acknowledged = staying.acknowledged();
        scenario.await("more writes to the other one", () -> staying.acknowledged() > acknowledged + 5)
                .runFor(5_000);
        assertThat(scenario.node(1).serving()).containsSame(leader);
        assertThat(cluster.leader(inFailing.get(false))).containsSame(leader);
        assertThat(cluster.record(inFailing.get(false)).orElseThrow().leaderEpoch())
                .isZero();
        assertThat(cluster.record(inFailing.get(true)).orElseThrow().isr()).containsExactlyInAnyOrder(2, 3);
        scenario.powerCut(1).start(1).healAndCheck();
    }

    /** As long as none of them waits for too long, nobody ends. */
    @ParameterizedTest
    @EnumSource
    void s33DisksOfAllThatHangForAShortTimeCostThatTime(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.cluster().nodes().forEach(SimNode::hang);
        scenario.send(3).runFor(4_000);
        assertThat(scenario.acknowledged()).isEqualTo(5);
        scenario.cluster().nodes().forEach(SimNode::answer);
        scenario.await("the rest", () -> scenario.acknowledged() == 8);
        assertThat(scenario.record().leaderEpoch()).isZero();
        scenario.healAndCheck();
    }
}
