package io.kontiki.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.command.Replies;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.ReplicaReport;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.v1.CancelReassignmentsRequest;
import io.kontiki.proto.v1.ElectLeadersRequest;
import io.kontiki.proto.v1.ElectLeadersRequest.Election;
import io.kontiki.proto.v1.ElectedLeader;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.HeldOffsets;
import io.kontiki.proto.v1.PartitionName;
import io.kontiki.proto.v1.ReassignPartitionsRequest;
import io.kontiki.proto.v1.ReassignedPartition;
import io.kontiki.proto.v1.UnregisterBrokerRequest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people ask of replicas and leaders (rules M8, M9, M11, M12). Brokers 1 to 4; 1, 2 and 3 hold topic1-0. */
class ControllerPartitionsTest {
    private static final ErrorReason DONE = ErrorReason.ERROR_REASON_UNSPECIFIED;

    private TestQuorum quorum;
    private UUID topic;
    private Controller controller;
    private long millis = 1_000;

    @BeforeEach
    void holdByThreeOfFour() {
        quorum = TestQuorum.withBrokers(1, 2, 3, 4);
        topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        controller = newController(ControllerConfig.defaults(TestQuorum.CLUSTER));
    }

    private Controller newController(ControllerConfig config) {
        return new Controller(config, TestQuorum.TERM, quorum.image(), new Random(1), now());
    }

    private Now now() {
        return new Now(1_700_000_000_000L + millis, millis * 1_000_000);
    }

    private PartitionRegistration record() {
        return quorum.partition(topic);
    }

    private static PartitionName name(int partition) {
        return PartitionName.newBuilder()
                .setTopic("topic1")
                .setPartition(partition)
                .build();
    }

    private Prepared prepare(ProposeRequest.Builder request) {
        return controller.prepare(request.setClusterId(TestQuorum.CLUSTER).build(), quorum.image(), now());
    }

    private ProposeResponse ask(ProposeRequest.Builder request) {
        var prepared = prepare(request);
        if (prepared instanceof Prepared.Submit submit) {
            var reply = quorum.apply(submit.command());
            return submit.answer().of(reply, quorum.image()).build();
        }
        return prepared instanceof Prepared.Refuse refuse
                ? ProposeResponse.newBuilder().setReply(refuse.reply()).build()
                : ((Prepared.Answered) prepared).response();
    }

    private static List<ErrorReason> reasons(ProposeResponse response) {
        return response.getReply().getPartitions().getPartitionsList().stream()
                .map(PartitionReply::getReason)
                .toList();
    }

    private static ReassignedPartition reassigned(PartitionName name, Integer... target) {
        return ReassignedPartition.newBuilder()
                .setPartition(name)
                .addAllReplicas(List.of(target))
                .build();
    }

    private static ProposeRequest.Builder reassign(ReassignedPartition... partitions) {
        return ProposeRequest.newBuilder()
                .setReassignPartitions(ReassignPartitionsRequest.newBuilder()
                        .addAllPartitions(List.of(partitions))
                        .setMaxBytesPerSecond(1000));
    }

    // ---- Reassignment

    @Test
    void eachPartitionOfAReassignmentIsJudgedAloneInTheRequestsOrder() {
        var response = ask(reassign(
                reassigned(name(7), 1),
                reassigned(name(0), 1, 2, 4),
                reassigned(name(0), 1, 2),
                reassigned(name(0).toBuilder().setTopic("other").build(), 1),
                reassigned(name(-1), 1)));
        assertThat(reasons(response))
                .containsExactly(
                        ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                        DONE,
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND,
                        ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND);
        assertThat(record().targetReplicas()).containsExactly(1, 2, 4);
        assertThat(record().reassignment().bytesPerSecondMax()).isEqualTo(1000);
    }

    @Test
    void reassignmentIsOnlyCheckedIfThatIsAskedFor() {
        var request = reassign(reassigned(name(0), 1, 2, 4), reassigned(name(1), 1));
        request.getReassignPartitionsBuilder().setValidateOnly(true);
        var before = quorum.image();
        assertThat(reasons(ask(request))).containsExactly(DONE, ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND);
        request.getReassignPartitionsBuilder().setPartitions(0, reassigned(name(0), 1, 2, 9));
        assertThat(reasons(ask(request)).get(0)).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(quorum.image()).isEqualTo(before);
    }

    @Test
    void requestsAreBounded() {
        var many = ReassignPartitionsRequest.newBuilder()
                .addAllPartitions(Collections.nCopies(1_001, reassigned(name(0), 1)));
        var none = ReassignPartitionsRequest.newBuilder();
        var limit = ReassignPartitionsRequest.newBuilder()
                .addPartitions(reassigned(name(0), 1))
                .setMaxBytesPerSecond(0);
        for (var request : List.of(many, none, limit)) {
            var reply = ask(ProposeRequest.newBuilder().setReassignPartitions(request))
                    .getReply();
            assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        }
        var cancelled =
                ProposeRequest.newBuilder().setCancelReassignments(CancelReassignmentsRequest.getDefaultInstance());
        assertThat(ask(cancelled).getReply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        var elections = elect(Election.ELECTION_UNCLEAN, Collections.nCopies(101, 1));
        assertThat(ask(elections).getReply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
    }

    @Test
    void unknownPartitionHasNothingToCancel() {
        var cancelled = ProposeRequest.newBuilder()
                .setCancelReassignments(CancelReassignmentsRequest.newBuilder().addPartitions(name(3)));
        assertThat(reasons(ask(cancelled))).containsExactly(ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND);
    }

    // ---- Unregistering

    @Test
    void brokerIsUnregisteredOnceItIsStopped() { // M12
        var request = ProposeRequest.newBuilder()
                .setUnregisterBroker(UnregisterBrokerRequest.newBuilder().setBrokerId(4));
        assertThat(Replies.isRefusal(ask(request).getReply())).isTrue();
        quorum.fence(4);
        assertThat(Replies.isRefusal(ask(request).getReply())).isFalse();
        assertThat(quorum.image().broker(4)).isEmpty();
        assertThat(ask(request).getReply().getMessage()).contains("no such broker");
    }

    // ---- Elections

    private static ProposeRequest.Builder elect(Election election, List<Integer> without) {
        return ProposeRequest.newBuilder()
                .setElectLeaders(ElectLeadersRequest.newBuilder()
                        .addPartitions(name(0))
                        .setElection(election)
                        .addAllWithout(without));
    }

    private ElectedLeader elected(Election election, Integer... without) {
        return ask(elect(election, List.of(without))).getElected().getPartitions(0);
    }

    @Test
    void preferredElectionTellsTheLeader() { // M8
        quorum.fence(1);
        quorum.unfence(1);
        var refused = elected(Election.ELECTION_PREFERRED);
        assertThat(refused.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        assertThat(refused.getLeader()).isEqualTo(2);
        quorum.alterIsr(topic, 1, 2, 3);
        var elected = elected(Election.ELECTION_UNSPECIFIED);
        assertThat(elected.hasError()).isFalse();
        assertThat(elected.getPartition()).isEqualTo(name(0));
        assertThat(elected.getLeader()).isEqualTo(1);
        assertThat(elected.getLeaderEpoch()).isEqualTo(record().leaderEpoch());
    }

    /** All three lose their data; 2 and 1 left last. */
    private void loseAll() {
        for (int id : List.of(3, 2, 1)) {
            quorum.fence(id);
            quorum.register(TestQuorum.run(id, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        }
        assertThat(record().lastKnown()).containsExactlyInAnyOrder(1, 2);
    }

    private HeartbeatRequest.Builder heartbeat(int id) {
        return HeartbeatRequest.newBuilder()
                .setClusterId(TestQuorum.CLUSTER)
                .setBrokerId(id)
                .setBrokerEpoch(quorum.epoch(id))
                .setAppliedIndex(quorum.image().position().index())
                .setReady(true);
    }

    private boolean isAsked(int id) {
        var response = controller
                .onHeartbeat(heartbeat(id).build(), quorum.image(), OptionalLong.empty(), now())
                .response();
        return response.getWantedReportsList().contains(quorum.version(topic).getPartition());
    }

    private void report(int id, int lastEpoch, long end, long highWatermark) {
        report(id, lastEpoch, end, highWatermark, record().leaderEpoch());
    }

    private void report(int id, int lastEpoch, long end, long highWatermark, int leaderEpoch) {
        var report = ReplicaReport.newBuilder()
                .setPartition(quorum.version(topic).getPartition())
                .setEndOffset(end)
                .setHighWatermark(highWatermark)
                .setLeaderEpoch(leaderEpoch);
        if (lastEpoch >= 0) {
            report.setLastEpoch(lastEpoch);
        }
        controller.onHeartbeat(heartbeat(id).addReports(report).build(), quorum.image(), OptionalLong.empty(), now());
    }

    @Test
    void fullestReplicaLeadsOnceAllThatMustHaveTold() { // M9
        loseAll();
        List.of(1, 2, 3).forEach(quorum::unfence);
        assertThat(isAsked(1)).isFalse();
        var waiting = elected(Election.ELECTION_UNCLEAN);
        assertThat(waiting.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(waiting.getError().getMessage()).contains("[1, 2, 3]");
        assertThat(List.of(1, 2, 3)).allMatch(this::isAsked);
        assertThat(isAsked(4)).isFalse();

        report(1, 0, 900, 100);
        report(2, 1, 700, 600);
        assertThat(isAsked(2)).isFalse();
        assertThat(elected(Election.ELECTION_UNCLEAN).getError().getMessage()).contains("[3]");
        report(3, 1, 300, 950);
        var elected = elected(Election.ELECTION_UNCLEAN);
        assertThat(elected.hasError()).isFalse();
        assertThat(elected.getLeader())
                .as("the latest epoch first, then the end")
                .isEqualTo(2);
        assertThat(elected.getLeaderEpoch()).isEqualTo(record().uncleanEpoch());
        assertThat(elected.getLostFromOffset()).isEqualTo(700);
        assertThat(elected.getLostToOffset()).isEqualTo(950);
        assertThat(elected.getHeldList())
                .extracting(HeldOffsets::getBrokerId, HeldOffsets::getEndOffset)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, 900L),
                        org.assertj.core.groups.Tuple.tuple(2, 700L),
                        org.assertj.core.groups.Tuple.tuple(3, 300L));
        assertThat(record().leader()).isEqualTo(2);
    }

    /** The answer may have been lost, or another partition of the request had to be planned again. */
    @Test
    void costOfAnElectionIsToldAsLongAsItsLeaderLeads() { // M9
        loseAll();
        List.of(1, 2, 3).forEach(quorum::unfence);
        elected(Election.ELECTION_UNCLEAN);
        report(1, 1, 900, 100);
        report(2, 1, 700, 950);
        report(3, 1, 300, 100);
        var elected = elected(Election.ELECTION_UNCLEAN);
        assertThat(elected.getLostFromOffset()).isEqualTo(900);
        report(3, 2, 5_000, 5_000, record().leaderEpoch());
        assertThat(elected(Election.ELECTION_UNCLEAN)).isEqualTo(elected);
        tick();
        assertThat(elected(Election.ELECTION_UNCLEAN)).isEqualTo(elected);
        assertThat(List.of(1, 2, 3)).noneMatch(this::isAsked);
        quorum.fence(1);
        quorum.unfence(1);
        var later = elected(Election.ELECTION_UNCLEAN);
        assertThat(later.getLeader()).isEqualTo(1);
        assertThat(later.getHeldList()).isEmpty();
    }

    @Test
    void whoLeftLastIsWaitedForThoughItIsDown() { // M9
        loseAll();
        List.of(2, 3).forEach(quorum::unfence);
        elected(Election.ELECTION_UNCLEAN);
        report(2, 1, 700, 600);
        report(3, -1, 0, 0);
        assertThat(elected(Election.ELECTION_UNCLEAN).getError().getMessage()).contains("[1]");
        var elected = elected(Election.ELECTION_UNCLEAN, 1);
        assertThat(elected.hasError()).isFalse();
        assertThat(elected.getLeader()).isEqualTo(2);
    }

    /** It cannot lead before it is repaired, and is not repaired before somebody leads. */
    @Test
    void damagedCopyIsNotWaitedForAndNotElected() { // M9
        loseAll();
        List.of(1, 2, 3).forEach(quorum::unfence);
        elected(Election.ELECTION_UNCLEAN);
        report(2, 1, 700, 600);
        report(3, 1, 500, 600);
        reportDamaged(1, 900);
        assertThat(isAsked(1)).isFalse();
        var elected = elected(Election.ELECTION_UNCLEAN);
        assertThat(elected.hasError()).isFalse();
        assertThat(elected.getLeader()).isEqualTo(2);
        assertThat(elected.getLostFromOffset()).isEqualTo(700);
        assertThat(elected.getLostToOffset()).isEqualTo(900);
    }

    @Test
    void nobodyIsElectedIfAllCopiesAreDamaged() { // M9
        loseAll();
        List.of(1, 2, 3).forEach(quorum::unfence);
        elected(Election.ELECTION_UNCLEAN);
        List.of(1, 2, 3).forEach(id -> reportDamaged(id, 900));
        var refused = elected(Election.ELECTION_UNCLEAN);
        assertThat(refused.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        assertThat(refused.getError().getMessage()).contains("not damaged");
    }

    /** A replica that has stopped hears of no later epoch. */
    private void reportDamaged(int id, long end) {
        var report = ReplicaReport.newBuilder()
                .setPartition(quorum.version(topic).getPartition())
                .setEndOffset(end)
                .setHighWatermark(end)
                .setDamaged(true);
        controller.onHeartbeat(heartbeat(id).addReports(report).build(), quorum.image(), OptionalLong.empty(), now());
    }

    @Test
    void nobodyLeadsUncleanlyWhileOneIsDownThatHoldsEverything() { // M9
        quorum.fence(3);
        quorum.fence(2);
        quorum.fence(1);
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        quorum.unfence(1);
        var refused = elected(Election.ELECTION_UNCLEAN, 2);
        assertThat(refused.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        assertThat(refused.getError().getMessage()).contains("[2]").contains("unregister");
    }

    @Test
    void reportOfAnEarlierRunOrOfAnOlderEpochDoesNotCount() { // M9, E2
        loseAll();
        List.of(1, 2, 3).forEach(quorum::unfence);
        elected(Election.ELECTION_UNCLEAN);
        report(1, 1, 700, 600);
        report(2, 1, 800, 600, record().leaderEpoch() - 1);
        report(3, 1, 100, 100);
        quorum.fence(1);
        quorum.register(TestQuorum.run(1, 3, RestartClaim.RESTART_CLAIM_UNCLEAN));
        quorum.unfence(1);
        assertThat(elected(Election.ELECTION_UNCLEAN).getError().getMessage()).contains("[1, 2]");
    }

    @Test
    void ledPartitionNeedsNoElection() {
        var elected = elected(Election.ELECTION_UNCLEAN);
        assertThat(elected.hasError()).isFalse();
        assertThat(elected.getLeader()).isEqualTo(1);
        assertThat(record().partitionEpoch()).isZero();
    }

    /** One tick a second later. */
    private void tick() {
        millis += 1_100;
        for (int id : List.of(1, 2, 3, 4)) {
            controller.onHeartbeat(heartbeat(id).build(), quorum.image(), OptionalLong.empty(), now());
        }
        controller.onTick(quorum.image(), now()).forEach(quorum::apply);
    }

    @Test
    void topicThatWantsItIsElectedUncleanlyWithoutBeingAsked() { // M9
        topic = quorum.topic(3, List.of(1, 2, 3), Map.of("unclean.leader.election.enable", "true"));
        loseAll();
        List.of(1, 2, 3).forEach(quorum::unfence);
        tick();
        assertThat(isAsked(1)).isTrue();
        report(1, 1, 100, 100);
        report(2, 1, 90, 90);
        tick();
        assertThat(record().hasLeader()).isFalse();
        report(3, 1, 80, 80);
        tick();
        assertThat(record().leader()).isEqualTo(1);
        assertThat(quorum.partition(new UUID(0, 1)).hasLeader())
                .as("the other topic does not")
                .isFalse();
    }

    @Test
    void inquiryEndsWhenNobodyAsksAnyMore() {
        loseAll();
        List.of(1, 2, 3).forEach(quorum::unfence);
        elected(Election.ELECTION_UNCLEAN);
        assertThat(isAsked(1)).isTrue();
        for (int i = 0; i < 60; i++) {
            tick();
        }
        assertThat(isAsked(1)).isFalse();
    }
}
