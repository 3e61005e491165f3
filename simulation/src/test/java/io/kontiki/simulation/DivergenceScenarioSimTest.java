package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.replication.Acks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Logs part and come together again: S01 to S06, S23 and S25 of the fault catalogue. */
class DivergenceScenarioSimTest {
    /** A member restarts and is elected before it heard how far its log is committed. */
    @ParameterizedTest
    @EnumSource
    void s01MemberThatRestartsAndLeadsKeepsWhatLiesAboveItsHighWatermark(FlushMode mode) {
        Scenario scenario = new Scenario(2, 2, mode).write(5);
        long end = scenario.end(2);
        scenario.crash(2).isolate(1, 2).start(2).runFor(100);
        scenario.crash(1).awaitLeader(2);
        assertThat(scenario.end(2)).isGreaterThan(end);
        scenario.rejoin(1, 2).healAndCheck();
    }

    /** Leader and member have tails of different lengths when the power goes; the third, which has none of it, leads. */
    @ParameterizedTest
    @EnumSource
    void s02LogsAreEqualAfterTheShorterOneLedAndTheOthersReturn(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        long committed = scenario.end(3);
        scenario.isolate(1, 3).send(2).awaitSameEnd(2, 1);
        scenario.isolate(1, 2).send(3).runFor(50);
        assertThat(scenario.end(1)).isEqualTo(committed + 5);
        scenario.powerCut(1).await("1 to be fenced", () -> !scenario.isr().contains(1));
        scenario.crash(2).awaitLeader(3).sendTo(3, 4, Acks.LEADER).runFor(100);
        assertThat(scenario.end(3)).isGreaterThan(committed + 4);
        scenario.rejoin(1, 2).rejoin(1, 3).start(1, 2).awaitHealed();
        assertThat(scenario.acknowledged()).isEqualTo(5);
        scenario.healAndCheck();
    }

    /** Three leaders in quick succession, each with writes that the next has not. */
    @ParameterizedTest
    @EnumSource
    void s03LogsConvergeAfterFastFailovers(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        for (int round = 0; round < 3; round++) {
            int first = scenario.record().leader();
            int second = first == 1 ? 2 : 1;
            int third = 6 - first - second;
            scenario.isolate(first, second).isolate(second, third);
            scenario.send(3).awaitSameEnd(third, first);
            scenario.crash(first).awaitLeader(second).send(5).runFor(20);
            scenario.crash(second)
                    .awaitLeader(third)
                    .sendTo(third, 2, Acks.LEADER)
                    .runFor(20);
            long cuts = scenario.count(Event.TRUNCATION);
            scenario.rejoin(first, second).rejoin(second, third);
            scenario.start(second, first).awaitHealed();
            assertThat(scenario.count(Event.TRUNCATION) - cuts).isBetween(1L, 3L);
            assertThat(scenario.node(second).log().endOf(2 * round + 1))
                    .isEqualTo(scenario.node(third).log().endOf(2 * round + 1));
        }
        scenario.healAndCheck();
    }

    /** Node 2 holds epoch 1 alone, the others 0 and 2: nothing that it has is in the leader's log. */
    @ParameterizedTest
    @EnumSource
    void s04LogWithoutACommonEpochIsCutToItsBeginning(FlushMode mode) {
        Scenario scenario = Scenario.withoutTopic(mode).isolate(1, 2).isolate(2, 3);
        scenario.createTopic().awaitLeader(1).await("3 to follow", () -> scenario.holdsReplica(3));
        scenario.send(3).awaitSameEnd(3, 1);
        scenario.crash(1).awaitLeader(2).send(5).runFor(50);
        assertThat(scenario.epochAt(2, 0)).hasValue(1);
        scenario.crash(2).awaitLeader(3);
        assertThat(scenario.epochAt(3, 0)).hasValue(0);
        scenario.start(1, 2).rejoin(1, 2).rejoin(2, 3).awaitHealed();
        assertThat(scenario.epochAt(2, 0)).hasValue(0);
        scenario.healAndCheck();
    }

    @ParameterizedTest
    @EnumSource
    void s05EpochsWithoutWritesAreInEveryLog(FlushMode mode) {
        Scenario scenario = new Scenario(mode);
        for (int round = 0; round < 5; round++) {
            int old = scenario.record().leader();
            int epoch = scenario.record().leaderEpoch();
            scenario.crash(old);
            scenario.await("another leader", () -> scenario.record().leaderEpoch() > epoch);
            scenario.start(old).awaitHealed();
        }
        int epoch = scenario.record().leaderEpoch();
        assertThat(epoch).isGreaterThanOrEqualTo(5);
        for (int node = 1; node <= 3; node++) {
            assertThat(scenario.latestEpoch(node)).hasValue(epoch);
        }
        scenario.write(5).healAndCheck();
    }

    /** Node 3 misses an epoch in which the tail that it shares with the leader was cut, and finds the same leader. */
    @ParameterizedTest
    @EnumSource
    void s06FollowerAttachesAnewToTheLeaderOfANewerEpoch(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        long committed = scenario.end(1);
        scenario.isolate(1, 2).send(3).await("3 to have all", () -> scenario.end(3) == committed + 3);
        // Node 3 hears from nobody that matters, but its streams live and the controller hears it.
        scenario.quorum().delayImage(3);
        scenario.holdBack(1, 3).block(2, 3).block(3, 2).fence(1).awaitLeader(2);
        scenario.rejoin(1, 2).awaitIsr(1, 2).write(1);
        scenario.fence(2).awaitLeader(1).awaitIsr(1, 2);
        assertThat(scenario.knownEpoch(3)).isZero();
        scenario.quorum().catchUpImage(3);
        scenario.runFor(200);
        scenario.rejoin(2, 3).letGo(1, 3).awaitHealed();
        assertThat(scenario.epochAt(3, committed)).hasValue(1);
        scenario.healAndCheck();
    }

    /** What node 1 sent as leader arrives at node 3 when that has attached to node 2, but has nothing from it yet. */
    @ParameterizedTest
    @EnumSource
    void s23LateDataOfAnOldLeaderIsDropped(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.fence(1).awaitLeader(2).awaitHealed();
        scenario.fence(2).awaitLeader(1).awaitHealed();
        long end = scenario.end(3);
        scenario.holdBack(1, 2).holdBack(1, 3).holdBack(2, 3).send(4);
        scenario.await("sent", () -> scenario.end(1) == end + 4).runFor(20);
        // Else node 3 might ask before node 2 knows that it leads, and that answer would be the first to come.
        scenario.quorum().delayImage(3);
        scenario.fence(1).awaitLeader(2).runFor(20);
        scenario.quorum().catchUpImage(3);
        scenario.await("3 to follow 2", () -> scenario.knownEpoch(3) == 3).runFor(50);
        scenario.letOneGo(2, 3).letGo(1, 3).runFor(100);
        assertThat(scenario.end(3)).isEqualTo(end);
        scenario.letGo(2, 3).letGo(1, 2).awaitHealed();
        scenario.healAndCheck();
    }

    /** The deposed leader hears of its successor's high watermark while it still has records that never counted. */
    @ParameterizedTest
    @EnumSource
    void s25DivergedLeaderNeverTakesItsOwnTailForCommitted(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        long committed = scenario.end(1);
        scenario.isolate(1, 2).isolate(1, 3).send(4).runFor(20);
        scenario.quorum().cutOff(1);
        scenario.fence(1).awaitLeader(2).write(8);
        assertThat(scenario.end(1)).isEqualTo(committed + 4);
        scenario.rejoin(1, 2).rejoin(1, 3);
        scenario.quorum().reconnect(1);
        scenario.await("1 to follow", () -> scenario.latestEpoch(1).orElse(0) > 0);
        assertThat(scenario.epochAt(1, committed)).hasValue(1);
        scenario.healAndCheck();
    }
}
