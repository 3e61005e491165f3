package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.partition.OffsetLookup;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.replication.Acks;
import io.kontiki.replication.IsolatedLeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Some do not hear others: S18 to S22 and S51 of the fault catalogue. */
class PartitionedScenarioSimTest {
    /** A leader that was stopped for long resumes with requests and timers waiting. */
    @ParameterizedTest
    @EnumSource
    void s18PausedLeaderAcknowledgesNothingNew(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        SimBroker zombie = scenario.cluster().leader().orElseThrow();
        zombie.pause();
        scenario.send(3).awaitLeader(2).write(4).runFor(30_000);
        int before = scenario.acknowledged();
        zombie.resume();
        scenario.runFor(500);
        assertThat(scenario.acknowledged()).isEqualTo(before).isEqualTo(9);
        assertThat(scenario.outcomes())
                .filteredOn(ProduceOutcome.Written.class::isInstance)
                .hasSize(9);
        scenario.healAndCheck();
    }

    /** The followers hear the leader, the quorum does not. */
    @ParameterizedTest
    @EnumSource
    void s19LeaderCutFromTheQuorumCommitsOnlyWhatItsSuccessorHas(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.quorum().cutOff(1);
        scenario.runFor(1_000).write(3);
        int epoch = scenario.record().leaderEpoch();
        scenario.sendToUntil(1, () -> scenario.record().leaderEpoch() > epoch);
        int before = scenario.awaitLeader(2).runFor(1_000).acknowledged();
        scenario.sendTo(1, 3).runFor(2_000);
        assertThat(scenario.acknowledged()).isEqualTo(before);
        scenario.write(3);
        scenario.quorum().reconnect(1);
        scenario.healAndCheck();
    }

    /** Its word alone is good for nothing behind the end of its lease, which comes before another one can lead. */
    @ParameterizedTest
    @EnumSource
    void s19LeaderCutFromTheQuorumRefusesBehindItsLease(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.quorum().cutOff(1);
        scenario.runFor(1_000).sendTo(1, 1, Acks.LEADER).runFor(1_400);
        assertThat(scenario.refusals()).isEmpty();
        assertThat(scenario.record().leader()).isEqualTo(1);
        assertTakesNothingOnItsOwnWord(scenario);
        assertThat(scenario.refusals()).containsExactly(ErrorReason.ERROR_REASON_LEASE_EXPIRED);
        scenario.awaitLeader(2).write(3);
        assertTakesNothingOnItsOwnWord(scenario);
        scenario.quorum().reconnect(1);
        scenario.healAndCheck();
    }

    /** What others confirm a leader without a lease goes on with, if it is told to (rule E3). */
    @ParameterizedTest
    @CsvSource({"ACK, STOP", "ACK, SERVE", "OS, STOP", "OS, SERVE"})
    void s19LeaderWithoutTheQuorumCommitsIfItIsToldTo(FlushMode mode, IsolatedLeader isolated) {
        SimulationOptions options = SimulationOptions.scripted(mode).withIsolated(isolated);
        Scenario scenario = new Scenario(options).createTopic().awaitHealed().write(5);
        scenario.quorum().setDown(true);
        scenario.runFor(2_500);
        assertTakesNothingOnItsOwnWord(scenario);
        boolean serves = isolated == IsolatedLeader.SERVE;
        scenario.sendTo(1, 1).runFor(1_000);
        assertThat(scenario.acknowledged()).isEqualTo(serves ? 6 : 5);
        assertThat(scenario.refusals()).hasSize(serves ? 1 : 2).containsOnly(ErrorReason.ERROR_REASON_LEASE_EXPIRED);
        assertThat(scenario.read(1).isEmpty()).isEqualTo(serves);
        scenario.quorum().setDown(false);
        scenario.healAndCheck();
    }

    /** The controller is beside the leader and cut off with it: both hear each other, and the others elect. */
    @ParameterizedTest
    @EnumSource
    void s19LeaderBesideAControllerThatIsCutOffHasNoLeaseOnceAnotherLeads(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5).isolate(1, 2).isolate(1, 3);
        scenario.quorum().cutOff(1);
        scenario.quorum().deposeController(1);
        scenario.await("another leader", () -> {
            scenario.quorum().tickDeposed();
            return scenario.record().leader() == 2;
        });
        for (int i = 0; i < 50; i++) {
            assertTakesNothingOnItsOwnWord(scenario);
            scenario.quorum().tickDeposed();
        }
        assertThat(scenario.knownEpoch(1)).isZero();
        scenario.awaitLeader(2).write(3);
        scenario.quorum().deposedControllerNotices();
        scenario.quorum().reconnect(1);
        scenario.healAndCheck();
    }

    private static void assertTakesNothingOnItsOwnWord(Scenario scenario) {
        long end = scenario.end(1);
        assertThat(scenario.partition(1).latestOffset()).isInstanceOf(OffsetLookup.Refused.class);
        int refused = scenario.refusals().size();
        scenario.sendTo(1, 1, Acks.LEADER).runFor(90);
        assertThat(scenario.refusals()).hasSizeGreaterThan(refused);
        assertThat(scenario.end(1)).isEqualTo(end);
    }

    @ParameterizedTest
    @EnumSource
    void s20LeaderCutFromItsFollowersAcknowledgesNothingAlone(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.isolate(1, 2).isolate(1, 3).send(2).awaitIsr(1);
        assertThat(scenario.elr()).containsExactly(2, 3);
        scenario.runFor(500).send(2).runFor(5_000);
        assertThat(scenario.acknowledged()).isEqualTo(5);
        assertThat(scenario.refusals())
                .containsExactly(
                        ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS, ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        scenario.rejoin(1, 2).rejoin(1, 3).awaitHealed();
        assertThat(scenario.record().leader()).isEqualTo(1);
        assertThat(scenario.acknowledged()).isEqualTo(7);
        scenario.healAndCheck();
    }

    /** First what the followers answer does not arrive, then what the leader sends. */
    @ParameterizedTest
    @EnumSource
    void s21NothingIsAcknowledgedWithoutProofFromTheFollowers(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        scenario.holdBack(2, 1)
                .holdBack(3, 1)
                .send(3)
                .awaitSameEnd(2, 1)
                .awaitSameEnd(3, 1)
                .runFor(1_000);
        assertThat(scenario.acknowledged()).isEqualTo(5);
        scenario.block(2, 1).block(3, 1).runFor(4_000);
        assertThat(scenario.acknowledged()).isEqualTo(5);
        scenario.letGo(2, 1).letGo(3, 1).unblock(2, 1).unblock(3, 1).awaitHealed();
        assertThat(scenario.acknowledged()).isEqualTo(8);
        scenario.block(1, 2).block(1, 3).send(3).runFor(4_000);
        assertThat(scenario.acknowledged()).isEqualTo(8);
        scenario.unblock(1, 2).unblock(1, 3).awaitHealed();
        scenario.healAndCheck();
    }

    /** Each pair is cut in turn, while the third node hears both. */
    @ParameterizedTest
    @EnumSource
    void s22PartialPartitionsElectNobody(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        int[][] pairs = {{1, 3}, {1, 2}, {2, 3}};
        for (int round = 0; round < 6; round++) {
            int[] pair = pairs[round % 3];
            scenario.isolate(pair[0], pair[1]).write(2).runFor(2_500).write(2).runFor(2_500);
            scenario.rejoin(pair[0], pair[1]);
        }
        assertThat(scenario.record().leaderEpoch()).isZero();
        assertThat(scenario.acknowledged()).isEqualTo(29);
        scenario.healAndCheck();
    }

    /** The quorum commits nothing for ten minutes; then another controller begins, which has heard of nobody. */
    @ParameterizedTest
    @EnumSource
    void s51OutageOfTheQuorumIsNoOutageOfTheData(FlushMode mode) {
        Scenario scenario = new Scenario(mode).write(5);
        int version = scenario.record().partitionEpoch();
        scenario.quorum().setDown(true);
        for (int minute = 0; minute < 10; minute++) {
            scenario.write(3).runFor(60_000);
        }
        scenario.quorum().setDown(false);
        scenario.quorum().changeController();
        scenario.write(3).runFor(5_000);
        assertThat(scenario.record().partitionEpoch()).isEqualTo(version);
        assertThat(scenario.acknowledged()).isEqualTo(38);
        scenario.healAndCheck();
    }
}
