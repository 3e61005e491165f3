package io.kontiki.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.AssignDirectories;
import io.kontiki.proto.internal.v1.AssignDirectory;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ReplicaReport;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.UnregisterBroker;
import io.kontiki.proto.v1.ElectLeadersRequest;
import io.kontiki.proto.v1.ElectLeadersRequest.Election;
import io.kontiki.proto.v1.ElectedLeader;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.HeldOffsets;
import io.kontiki.proto.v1.PartitionName;
import io.kontiki.proto.v1.ReassignPartitionsRequest;
import io.kontiki.proto.v1.ReassignedPartition;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the report of an unclean election says of those that nobody has heard (rule M9). Brokers 1 and 2 hold topic1-0. */
class UncleanReportTest {
    private TestQuorum quorum;
    private UUID topic;
    private String name = "topic1";
    private Controller controller;

    @BeforeEach
    void holdByTwo() {
        quorum = TestQuorum.withBrokers(1, 2);
        topic = quorum.topic(1, List.of(1, 2), Map.of("min.insync.replicas", "1"));
        assignDirectoryOfBroker1();
        controller = new Controller(
                ControllerConfig.defaults(TestQuorum.CLUSTER), TestQuorum.TERM, quorum.image(), new Random(1), now());
        quorum.fence(2);
        quorum.alterIsr(topic, 1);
        quorum.fence(1);
    }

    private void assignDirectoryOfBroker1() {
        quorum.accept(Command.newBuilder()
                .setAssignDirectories(AssignDirectories.newBuilder()
                        .setBrokerId(1)
                        .setBrokerEpoch(quorum.epoch(1))
                        .addReplicas(AssignDirectory.newBuilder()
                                .setTopicId(UuidBytes.toBytes(topic))
                                .setDirectoryId(UuidBytes.toBytes(TestQuorum.directory(1))))));
    }

    private static Now now() {
        return new Now(1_700_000_000_000L, 0);
    }

    /** Broker 1, the last in sync, runs again without the directory of its log. */
    private void loseDirectoryOfTheLastInSync() {
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_UNCLEAN)
                .clearDirectoryIds()
                .addDirectoryIds(UuidBytes.toBytes(new UUID(1, 2_000_000))));
        quorum.unfence(1);
        assertThat(quorum.partition(topic).lastKnown()).containsExactly(1);
    }

    private ElectedLeader elected(Integer... without) {
        var request = ProposeRequest.newBuilder()
                .setClusterId(TestQuorum.CLUSTER)
                .setElectLeaders(ElectLeadersRequest.newBuilder()
                        .addPartitions(PartitionName.newBuilder().setTopic(name))
                        .setElection(Election.ELECTION_UNCLEAN)
                        .addAllWithout(List.of(without)))
                .build();
        var prepared = controller.prepare(request, quorum.image(), now());
        var response = prepared instanceof Prepared.Submit submit
                ? submit.answer()
                        .of(quorum.apply(submit.command()), quorum.image())
                        .build()
                : ((Prepared.Answered) prepared).response();
        return response.getElected().getPartitions(0);
    }

    private ReplicaReport.Builder report() {
        return ReplicaReport.newBuilder()
                .setPartition(quorum.version(topic).getPartition())
                .setLeaderEpoch(quorum.partition(topic).leaderEpoch());
    }

    /** @return whether the broker is asked on */
    private boolean tell(int id, ReplicaReport.Builder... reports) {
        var heartbeat = HeartbeatRequest.newBuilder()
                .setClusterId(TestQuorum.CLUSTER)
                .setBrokerId(id)
                .setBrokerEpoch(quorum.epoch(id))
                .setAppliedIndex(quorum.image().position().index())
                .setReady(true);
        for (var report : reports) {
            heartbeat.addReports(report);
        }
        return controller
                        .onHeartbeat(heartbeat.build(), quorum.image(), OptionalLong.empty(), now())
                        .response()
                        .getWantedReportsCount()
                > 0;
    }

    private void tellTheOther() {
        quorum.unfence(2);
        elected();
        tell(2, report().setLastEpoch(0).setEndOffset(102).setHighWatermark(102));
    }

    @Test
    void brokerThatIsWaitedForIsNamed() {
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        tellTheOther();
        var waiting = elected();
        assertThat(waiting.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(waiting.getNotHeardList()).containsExactly(1);
        assertThat(waiting.getHeldList()).extracting(HeldOffsets::getBrokerId).containsExactly(2);
    }

    @Test
    void brokerThatIsLeftOutWasNotHeard() {
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        tellTheOther();
        var elected = elected(1);
        assertThat(elected.getLeader()).isEqualTo(2);
        assertThat(elected.getLostFromOffset()).isEqualTo(102);
        assertThat(elected.getNotHeardList()).containsExactly(1);
    }

    @Test
    void brokerThatWasUnregisteredWasNotHeard() {
        quorum.accept(Command.newBuilder()
                .setUnregisterBroker(
                        UnregisterBroker.newBuilder().setBrokerId(1).setBrokerEpoch(quorum.epoch(1))));
        tellTheOther();
        var elected = elected();
        assertThat(elected.getLeader()).isEqualTo(2);
        assertThat(elected.getNotHeardList()).containsExactly(1);
    }

    @Test
    void allWereHeardIfAllThatHadEverythingTold() {
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        quorum.unfence(1);
        tellTheOther();
        tell(1, report().setLastEpoch(0).setEndOffset(90).setHighWatermark(80));
        var elected = elected();
        assertThat(elected.getLeader()).isEqualTo(2);
        assertThat(elected.getNotHeardList()).isEmpty();
    }

    /** It is asked though its directory is none of the quorum's any more, and nothing is waited for that cannot come. */
    @Test
    void brokerThatLostItsLogHoldsNoElectionUpButWasNotHeard() {
        loseDirectoryOfTheLastInSync();
        tellTheOther();
        assertThat(elected().getNotHeardList()).containsExactly(1);
        assertThat(tell(1)).isTrue();
        assertThat(tell(1, report().setLeaderEpoch(0).setLogLost(true))).isFalse();

        var elected = elected();
        assertThat(elected.hasError()).isFalse();
        assertThat(elected.getLeader()).isEqualTo(2);
        assertThat(elected.getNotHeardList()).containsExactly(1);
        assertThat(elected.getHeldList())
                .extracting(HeldOffsets::getBrokerId, HeldOffsets::getLogLost)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, true), org.assertj.core.groups.Tuple.tuple(2, false));
    }

    /** The report of what is lost stays honest: without the log, which had most, the other one cannot tell. */
    @Test
    void brokerWithoutItsLogIsNotElected() {
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        quorum.unfence(1);
        elected();
        tell(1, report().setLogLost(true));
        var refused = elected();
        assertThat(refused.getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);
        assertThat(refused.getError().getMessage()).contains("lost");
        assertThat(refused.getNotHeardList()).isEmpty();
        assertThat(quorum.partition(topic).hasLeader()).isFalse();
    }

    /** The way out that the refusal names: another broker begins with an empty log. */
    @Test
    void partitionWhoseOnlyLogIsLostBeginsAnewOnAnotherBroker() {
        quorum.unfence(1);
        quorum.unfence(2);
        topic = quorum.topic(2, List.of(1), Map.of());
        name = "topic2";
        assignDirectoryOfBroker1();
        quorum.fence(1);
        loseDirectoryOfTheLastInSync();
        elected();
        tell(1, report().setLogLost(true));
        assertThat(elected().getError().getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS);

        moveTo(2);
        elected();
        tell(1, report().setLogLost(true));
        tell(2, report());
        var elected = elected();
        assertThat(elected.hasError()).isFalse();
        assertThat(elected.getLeader()).isEqualTo(2);
        assertThat(elected.getLostFromOffset()).isZero();
        assertThat(elected.getNotHeardList()).containsExactly(1);
        assertThat(quorum.partition(topic).replicas()).containsExactly(2);
    }

    private void moveTo(int id) {
        var request = ProposeRequest.newBuilder()
                .setClusterId(TestQuorum.CLUSTER)
                .setReassignPartitions(ReassignPartitionsRequest.newBuilder()
                        .addPartitions(ReassignedPartition.newBuilder()
                                .setPartition(PartitionName.newBuilder().setTopic(name))
                                .addReplicas(id)))
                .build();
        quorum.accept(((Prepared.Submit) controller.prepare(request, quorum.image(), now())).command().toBuilder());
    }
}
