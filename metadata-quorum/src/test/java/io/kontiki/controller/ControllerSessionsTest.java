package io.kontiki.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Heartbeats, fencing and controlled shutdown (rules M2 to M4, Q7). The session is 3 s, the shutdown wait 10 s. */
class ControllerSessionsTest {
    private TestQuorum quorum;
    private Controller controller;
    private long millis = 1_000;

    @BeforeEach
    void elect() {
        quorum = TestQuorum.withBrokers(1, 2, 3);
        controller = newController();
    }

    private Controller newController() {
        return new Controller(
                ControllerConfig.defaults(TestQuorum.CLUSTER), TestQuorum.TERM, quorum.image(), new Random(1), now());
    }

    private Now now() {
        return new Now(1_700_000_000_000L + millis, millis * 1_000_000);
    }

    private HeartbeatRequest.Builder heartbeat(int id) {
        return HeartbeatRequest.newBuilder()
                .setClusterId(TestQuorum.CLUSTER)
                .setBrokerId(id)
                .setBrokerEpoch(quorum.epoch(id))
                .setAppliedIndex(quorum.image().position().index())
                .setReady(true);
    }

    private HeartbeatOutcome beat(HeartbeatRequest.Builder request) {
        return beat(request, OptionalLong.of(now().monotonicNanos()));
    }

    private HeartbeatOutcome beat(HeartbeatRequest.Builder request, OptionalLong confirmedNanos) {
        return controller.onHeartbeat(request.build(), quorum.image(), confirmedNanos, now());
    }

    /** Lets time pass in ticks of 100 ms, in which only these brokers are heard; returns what the ticks fenced. */
    private List<Integer> pass(long duration, int... heard) {
        var fenced = new java.util.ArrayList<Integer>();
        for (long end = millis + duration; millis < end; ) {
            millis += 100;
            for (int id : heard) {
                beat(heartbeat(id));
            }
            for (var command : controller.onTick(quorum.image(), now())) {
                quorum.accept(command.toBuilder());
                fenced.add(command.getFenceBroker().getBrokerId());
            }
        }
        return fenced;
    }

    @Test
    void silentBrokerIsFencedAfterItsSession() { // M3
        assertThat(pass(3_000, 1, 2)).isEmpty();
        assertThat(pass(100, 1, 2)).containsExactly(3);
        assertThat(quorum.image().broker(3).orElseThrow().fenced()).isTrue();
        assertThat(pass(10_000, 1, 2)).isEmpty();
    }

    @Test
    void newControllerGivesEachBrokerOneFullSession() { // Q7
        millis += 1_000_000;
        controller = newController();
        assertThat(pass(3_000)).isEmpty();
        assertThat(pass(100)).containsExactly(1, 2, 3);
    }

    @Test
    void controllerThatStoodStillItselfFencesNobody() { // E4
        pass(100, 1, 2, 3);
        millis += 60_000;
        assertThat(controller.onTick(quorum.image(), now())).isEmpty();
        assertThat(pass(3_000)).isEmpty();
        assertThat(pass(200)).containsExactly(1, 2, 3);
    }

    @Test
    void fenceIsNotRepeatedWhileItIsUnderWay() {
        pass(3_000, 1, 2);
        millis += 100;
        assertThat(controller.onTick(quorum.image(), now())).hasSize(1);
        millis += 900;
        assertThat(controller.onTick(quorum.image(), now()))
                .extracting(command -> command.getFenceBroker().getBrokerId())
                .doesNotContain(3);
        millis += 100;
        // Lost, it seems: the image still shows the broker as serving.
        assertThat(controller.onTick(quorum.image(), now()))
                .extracting(command -> command.getFenceBroker().getBrokerId())
                .contains(3);
    }

    @Test
    void heartbeatOfAnotherRunIsRefused() { // M2
        var late = heartbeat(1);
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_DURABLE));
        var outcome = beat(late);
        assertThat(outcome.response().getReason()).isEqualTo(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
        assertThat(outcome.response().getMessage()).contains("its epoch is " + quorum.epoch(1));
        assertThat(outcome.command()).isEmpty();
        assertThat(beat(late.setBrokerId(9)).response().getMessage()).contains("not registered");
        assertThat(beat(heartbeat(1).setClusterId("other")).response().getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_WRONG_CLUSTER);
    }

    @Test
    void brokerIsUnfencedOnceItIsReadyAndKnowsItsRegistration() { // M2
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_DURABLE));
        long epoch = quorum.epoch(1);
        assertThat(beat(heartbeat(1).setAppliedIndex(epoch - 1)).command()).isEmpty();
        assertThat(beat(heartbeat(1).setReady(false)).command()).isEmpty();
        var outcome = beat(heartbeat(1));
        assertThat(outcome.response().getFenced()).isTrue();
        var command = outcome.command().orElseThrow();
        assertThat(command.getUnfenceBroker().getBrokerEpoch()).isEqualTo(epoch);
        assertThat(command.getControllerTerm()).isEqualTo(TestQuorum.TERM);
        // While that is under way it is not said again.
        assertThat(beat(heartbeat(1)).command()).isEmpty();
        quorum.accept(command.toBuilder());
        assertThat(beat(heartbeat(1)).command()).isEmpty();
        assertThat(beat(heartbeat(1)).response().getFenced()).isFalse();
    }

    @Test
    void heartbeatTellsForHowLongAndByWhatTheBrokerIsNotFenced() { // L16
        var response = beat(heartbeat(1)).response();
        assertThat(response.getSessionMs()).isEqualTo(3_000);
        assertThat(response.getImageIndex()).isEqualTo(quorum.image().position().index());
    }

    /** Else it would have a lease when the log has its fence. */
    @Test
    void brokerThatIsToBeFencedCanCountOnNothing() { // L16
        pass(3_000, 2, 3);
        millis += 100;
        assertThat(controller.onTick(quorum.image(), now())).hasSize(1);
        assertThat(beat(heartbeat(1)).response().getSessionMs()).isZero();
        // The fence was lost, it seems.
        assertThat(pass(1_000, 1, 2, 3)).containsExactly(1);
        quorum.accept(beat(heartbeat(1)).command().orElseThrow().toBuilder());
        assertThat(beat(heartbeat(1)).response().getSessionMs()).isEqualTo(3_000);
        assertThat(pass(2_000, 1, 2, 3)).isEmpty();
    }

    /** Another one may lead by now, and fence a session after its beginning whom this one takes for alive. */
    @Test
    void controllerThatNoMajorityConfirmsRenewsNoLease() { // L16
        var confirmed = OptionalLong.of(now().monotonicNanos());
        pass(600, 1, 2, 3);
        assertThat(beat(heartbeat(1), confirmed).response().getSessionMs()).isEqualTo(3_000);
        millis++;
        assertThat(beat(heartbeat(1), confirmed).response().getSessionMs()).isZero();
        assertThat(beat(heartbeat(1), OptionalLong.empty()).response().getSessionMs())
                .isZero();
        // It was cut off, and those who have no lease were heard.
        assertThat(pass(2_900, 1, 2, 3)).isEmpty();
    }

    /** What counts is that nobody else leads, not how busy this one is. */
    @Test
    void controllerThatStoodStillRenewsLeasesAsSoonAsItIsConfirmed() { // L16
        pass(1_000, 1, 2, 3);
        millis += 1_300;
        assertThat(beat(heartbeat(1)).response().getSessionMs()).isEqualTo(3_000);
    }

    @Test
    void newRunHasASessionOfItsOwn() {
        pass(2_900, 2, 3);
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_DURABLE));
        quorum.accept(beat(heartbeat(1)).command().orElseThrow().toBuilder());
        assertThat(pass(3_000, 2, 3)).isEmpty();
        assertThat(pass(100, 2, 3)).containsExactly(1);
    }

    @Test
    void refusedDialFencesAtOnceButOnlyThatRun() { // Q7
        long earlier = quorum.epoch(1);
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_DURABLE));
        quorum.unfence(1);
        assertThat(controller.onBrokerGone(1, earlier, quorum.image(), now())).isEmpty();
        var commands = controller.onBrokerGone(1, quorum.epoch(1), quorum.image(), now());
        assertThat(commands).extracting(Command::getCommandCase).containsExactly(Command.CommandCase.FENCE_BROKER);
        quorum.accept(commands.get(0).toBuilder());
        assertThat(controller.onBrokerGone(1, quorum.epoch(1), quorum.image(), now()))
                .isEmpty();
        assertThat(controller.onBrokerGone(9, 1, quorum.image(), now())).isEmpty();
    }

    @Test
    void brokersAreProbedAfterAnElectionAndABrokenStreamUntilHeard() {
        assertThat(probed()).containsExactly(1, 2, 3);
        List.of(1, 2, 3).forEach(id -> beat(heartbeat(id)));
        assertThat(probed()).isEmpty();
        controller.onHeartbeatStreamBroken(2, quorum.epoch(2) - 1);
        assertThat(probed()).isEmpty();
        controller.onHeartbeatStreamBroken(2, quorum.epoch(2));
        assertThat(probed()).containsExactly(2);
        assertThat(probed()).containsExactly(2);
        quorum.fence(2);
        assertThat(probed()).isEmpty();
    }

    private List<Integer> probed() {
        return controller.brokersToProbe(quorum.image()).stream()
                .map(BrokerRegistration::id)
                .toList();
    }

    @Test
    void firstControllerInitializesTheCluster() {
        var fresh = new Controller(ControllerConfig.defaults("new"), 1, MetadataImage.EMPTY, new Random(1), now());
        var commands = fresh.onTick(MetadataImage.EMPTY, now());
        assertThat(commands).hasSize(1);
        assertThat(commands.get(0).getInitializeCluster().getClusterId()).isEqualTo("new");
        assertThat(fresh.onTick(MetadataImage.EMPTY, now())).isEmpty();
        assertThat(controller.onTick(quorum.image(), now())).isEmpty();
    }

    @Test
    void stoppingBrokerIsLetGoOnceAllOthersKnow() { // M4
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        List.of(1, 2, 3).forEach(id -> beat(heartbeat(id)));
        long before = quorum.image().position().index();
        var outcome = beat(heartbeat(1).setWantShutdown(true));
        assertThat(outcome.response().getMayShutDown()).isFalse();
        quorum.accept(outcome.command().orElseThrow().toBuilder());
        assertThat(quorum.partition(topic).leader()).isEqualTo(2);

        assertThat(beat(heartbeat(1).setWantShutdown(true)).response().getMayShutDown())
                .isFalse();
        beat(heartbeat(2));
        beat(heartbeat(3).setAppliedIndex(before));
        assertThat(beat(heartbeat(1).setWantShutdown(true)).response().getMayShutDown())
                .isFalse();
        beat(heartbeat(3));
        outcome = beat(heartbeat(1).setWantShutdown(true));
        assertThat(outcome.response().getMayShutDown()).isTrue();
        assertThat(outcome.command()).isEmpty();
    }

    @Test
    void lastMemberWaitsForAnotherButNotForever() { // M4
        var topic = quorum.topic(1, List.of(1, 2), Map.of());
        quorum.fence(2);
        quorum.unfence(2);
        assertThat(quorum.partition(topic).isr()).containsExactly(1);
        assertThat(beat(heartbeat(1).setWantShutdown(true)).command()).isEmpty();
        pass(9_900, 1, 2, 3);
        assertThat(beat(heartbeat(1).setWantShutdown(true)).command()).isEmpty();
        millis += 100;
        var command = beat(heartbeat(1).setWantShutdown(true)).command().orElseThrow();
        quorum.accept(command.toBuilder());
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
        assertThat(quorum.partition(topic).elr()).containsExactly(1);
        assertThat(beat(heartbeat(1).setWantShutdown(true)).response().getMayShutDown())
                .as("2 and 3 do not know yet")
                .isFalse();
        List.of(2, 3).forEach(id -> beat(heartbeat(id)));
        assertThat(beat(heartbeat(1).setWantShutdown(true)).response().getMayShutDown())
                .isTrue();
    }

    @Test
    void stoppingBrokerIsNotLetGoBeforeALiveOneKnowsHoweverLongThatTakes() { // M4
        long before = quorum.image().position().index();
        quorum.accept(beat(heartbeat(1).setWantShutdown(true)).command().orElseThrow().toBuilder());
        for (int i = 0; i < 200; i++) {
            millis += 100;
            beat(heartbeat(2));
            beat(heartbeat(3).setAppliedIndex(before));
            assertThat(beat(heartbeat(1).setWantShutdown(true)).response().getMayShutDown())
                    .isFalse();
        }
        quorum.fence(3);
        assertThat(beat(heartbeat(1).setWantShutdown(true)).response().getMayShutDown())
                .isTrue();
    }

    @Test
    void onlyReplicaDoesNotWait() {
        quorum.topic(1, List.of(1), Map.of());
        assertThat(beat(heartbeat(1).setWantShutdown(true)).command()).isPresent();
    }

    @Test
    void fencedBrokerMayStopAtOnce() {
        quorum.fence(1);
        var outcome = beat(heartbeat(1).setWantShutdown(true));
        assertThat(outcome.response().getMayShutDown()).isTrue();
        assertThat(outcome.command()).isEmpty();
    }

    @Test
    void wholeClusterCanStop() {
        quorum.topic(1, List.of(1, 2, 3), Map.of());
        for (int round = 0; round < 3; round++) {
            for (int id : List.of(1, 2, 3)) {
                beat(heartbeat(id).setWantShutdown(true)).command().ifPresent(c -> quorum.accept(c.toBuilder()));
            }
        }
        for (int id : List.of(1, 2, 3)) {
            assertThat(beat(heartbeat(id).setWantShutdown(true)).response().getMayShutDown())
                    .as("broker " + id)
                    .isTrue();
        }
    }
}
