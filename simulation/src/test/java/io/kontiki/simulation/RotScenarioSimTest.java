package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.ProducerCheck;
import io.kontiki.metadata.FlushMode;
import io.kontiki.partition.PartitionProbe;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bits flip on one node's disk: S35 and S36 of the fault catalogue. */
class RotScenarioSimTest {
    private static final String DIRECTORY = "simulated-0/";
    private static final String FIRST_SEGMENT = DIRECTORY + "00000000000000000000.log";
    private static final long EARLIER_PRODUCER = 6;
    private static final long PRODUCER = 7;
    private static final int RECORDS = 60;
    private static final int RECORDS_IN_A_WINDOW = 28;

    /** Records of two producers in several segments, on all nodes; the first producer ended long ago. */
    private static Scenario written(FlushMode mode) {
        Scenario scenario = Scenario.withSmallSegments(mode).produce(EARLIER_PRODUCER, 0);
        for (int sequence = 0; sequence < RECORDS; sequence++) {
            scenario.sendAs(PRODUCER, sequence);
        }
        return scenario.awaitHealed();
    }

    private static List<String> files(Scenario scenario, int node) {
        return scenario.node(node).disk().contents().keySet().stream()
                .filter(file -> file.startsWith(DIRECTORY))
                .sorted()
                .toList();
    }

    /** All records of a node's log as they are on its disk. */
    private static ByteBuffer records(Scenario scenario, int node) {
        List<ByteBuffer> segments = scenario.node(node).disk().contents().entrySet().stream()
                .filter(file ->
                        file.getKey().startsWith(DIRECTORY) && file.getKey().endsWith(".log"))
                .map(file -> file.getValue())
                .toList();
        ByteBuffer all = ByteBuffer.allocate(
                segments.stream().mapToInt(ByteBuffer::remaining).sum());
        segments.forEach(all::put);
        return all.flip();
    }

    private static void assertWholeOnAll(Scenario scenario) {
        for (int node = 1; node <= 3; node++) {
            ByteBuffer records = records(scenario, node);
            RecordBatches.of(records.duplicate()).forEach(RecordBatch::ensureValidChecksum);
            assertThat(records).as("node %d", node).isEqualTo(records(scenario, 1));
        }
    }

    /** A bit in each quarter of a file. */
    private static Scenario flip(Scenario scenario, int node, String file) {
        int size = scenario.node(node).disk().contents().get(file).remaining();
        for (int quarter = 1; quarter <= 3; quarter++) {
            scenario.node(node).disk().flipBit(file, (long) size * quarter / 4, quarter);
        }
        scenario.cluster().rotten();
        return scenario;
    }

    /** What a node has for a batch that is sent again. */
    private static ProducerCheck sentAgain(Scenario scenario, int node, long producer, int sequence) {
        ByteBuffer batch = Scenario.batch(producer, sequence);
        return scenario.node(node).log().producers().check(RecordBatch.at(batch, batch.position()));
    }

    private static void knowsProducersAsTheLeader(Scenario scenario) {
        assertThat(sentAgain(scenario, 3, EARLIER_PRODUCER, 0)).isEqualTo(sentAgain(scenario, 1, EARLIER_PRODUCER, 0));
        assertThat(sentAgain(scenario, 3, PRODUCER, RECORDS - 1))
                .isInstanceOf(ProducerCheck.Duplicate.class)
                .isEqualTo(sentAgain(scenario, 1, PRODUCER, RECORDS - 1));
    }

    /** Every file in its turn rots while node 3 is down, whose logs are forced up to the last segment. */
    @ParameterizedTest
    @EnumSource
    void s35RotInAnyFileOfAFollowerIsRepairedFromItsPeers(FlushMode mode) {
        Scenario scenario = written(mode);
        scenario.node(3).stopInOrder();
        scenario.awaitIsr(1, 2).start(3).awaitHealed();
        // What comes back from the leader may be cut into other files.
        for (int i = 0; i < files(scenario, 3).size(); i++) {
            scenario.crash(3).awaitIsr(1, 2);
            flip(scenario, 3, files(scenario, 3).get(i)).start(3).awaitHealed();
            knowsProducersAsTheLeader(scenario);
            PartitionProbe.scrub(scenario.partition(3));
            scenario.runFor(1_000).awaitHealed();
            knowsProducersAsTheLeader(scenario);
            assertWholeOnAll(scenario);
        }
        scenario.crash(1).awaitLeader(2).crash(2).awaitLeader(3);
        assertThat(scenario.read(3)).isEmpty();
        scenario.start(1, 2).healAndCheck();
    }

    @ParameterizedTest
    @EnumSource
    void s35ScrubFindsRotUnderARunningFollower(FlushMode mode) {
        Scenario scenario = written(mode);
        flip(scenario, 3, FIRST_SEGMENT);
        PartitionProbe.scrub(scenario.partition(3));
        scenario.awaitIsr(1, 2).awaitHealed();
        knowsProducersAsTheLeader(scenario);
        assertWholeOnAll(scenario);
        scenario.healAndCheck();
    }

    /** The quorum knows of the damage, while no answer tells so: what it is asked again must not hit what was repaired. */
    @ParameterizedTest
    @EnumSource
    void s35ReportWithoutAnAnswerLeavesTheRepairedReplicaInSync(FlushMode mode) {
        Scenario scenario = written(mode);
        scenario.quorum().setReplyLoss(1);
        int before = scenario.record().partitionEpoch();
        flip(scenario, 3, FIRST_SEGMENT);
        PartitionProbe.scrub(scenario.partition(3));
        scenario.awaitIsr(1, 2).runFor(30_000).quorum().setReplyLoss(0);
        scenario.awaitHealed().runFor(10_000);
        assertThat(scenario.record().partitionEpoch())
                .as("it leaves and joins, once each")
                .isEqualTo(before + 2);
        assertWholeOnAll(scenario);
        scenario.healAndCheck();
    }

    @ParameterizedTest
    @EnumSource
    void s35LateCopyOfAReportLeavesTheRepairedReplicaInSync(FlushMode mode) {
        Scenario scenario = written(mode);
        scenario.quorum().holdBackProposals(3);
        flip(scenario, 3, FIRST_SEGMENT);
        PartitionProbe.scrub(scenario.partition(3));
        scenario.await("copies of the report", () -> scenario.quorum().proposalsHeldBack(3) == 3);
        Runnable late = scenario.quorum().keepProposals(3);
        scenario.awaitIsr(1, 2).awaitHealed();
        int healed = scenario.record().partitionEpoch();
        late.run();
        scenario.runFor(1_000);
        assertThat(scenario.isr()).containsExactly(1, 2, 3);
        assertThat(scenario.record().partitionEpoch()).isEqualTo(healed);
        scenario.healAndCheck();
    }

    /** Nobody looks, until the damaged node leads alone: it refuses those records, and is repaired when others can lead. */
    @ParameterizedTest
    @EnumSource
    void s35RotUnderARunningReplicaIsNeverServed(FlushMode mode) {
        Scenario scenario = written(mode);
        flip(scenario, 3, FIRST_SEGMENT).crash(1).awaitLeader(2).crash(2).awaitLeader(3);
        assertThat(scenario.read(3)).contains(ErrorReason.ERROR_REASON_STORAGE_ERROR);
        assertThat(scenario.runFor(1_000).record().leader()).isEqualTo(3);
        scenario.start(1, 2).awaitHealed();
        assertThat(scenario.read(3)).contains(ErrorReason.ERROR_REASON_STORAGE_ERROR);
        scenario.await("another leader", () -> scenario.record().leader() != 3).awaitHealed();
        assertWholeOnAll(scenario);
        scenario.healAndCheck();
    }

    /** A reader meets it. */
    @ParameterizedTest
    @EnumSource
    void s36LeaderStepsAsideForADamagedRecordThatIsRead(FlushMode mode) {
        Scenario scenario = written(mode);
        flip(scenario, 1, FIRST_SEGMENT);
        assertThat(scenario.read(1)).contains(ErrorReason.ERROR_REASON_STORAGE_ERROR);
        stepsAside(scenario);
    }

    /** Node 3 begins with an empty disk, so the leader reads all it has. */
    @ParameterizedTest
    @EnumSource
    void s36LeaderStepsAsideForADamagedRecordThatAFollowerNeeds(FlushMode mode) {
        Scenario scenario = written(mode);
        scenario.crash(3).awaitIsr(1, 2).node(3).exchangeDisk();
        flip(scenario, 1, FIRST_SEGMENT).start(3);
        stepsAside(scenario);
    }

    /** It commits behind what it cannot read; what that is, its followers tell the simulator. */
    @ParameterizedTest
    @EnumSource
    void leaderCommitsBehindADamagedRecordThatIsCommitted(FlushMode mode) {
        Scenario scenario = storedOnAll(mode);
        scenario.holdBack(1, 2).holdBack(1, 3).letGo(2, 1).letGo(3, 1);
        scenario.await(
                "the leader alone to know that all is committed",
                () -> scenario.replica(1).highWatermark() == scenario.end(1));
        assertThat(scenario.replica(2).highWatermark()).isLessThan(RECORDS_IN_A_WINDOW);
        damagedNodeLeads(scenario.crash(1, 3));
        scenario.letGo(1, 2).letGo(1, 3);
        damagedNodeStepsAside(scenario);
    }

    /** As before, but the damaged record itself was not committed yet. */
    @ParameterizedTest
    @EnumSource
    void leaderCommitsADamagedRecord(FlushMode mode) {
        Scenario scenario = storedOnAll(mode);
        assertThat(scenario.replica(1).highWatermark()).isLessThan(RECORDS_IN_A_WINDOW);
        damagedNodeLeads(scenario.crash(1, 3).letGo(2, 1).letGo(3, 1));
        damagedNodeStepsAside(scenario);
    }

    /** So many records that the leader sends them without an answer, more than a segment of them. */
    private static Scenario storedOnAll(FlushMode mode) {
        Scenario scenario =
                Scenario.withSmallSegments(mode).produce(EARLIER_PRODUCER, 0).awaitHealed();
        scenario.holdBack(2, 1).holdBack(3, 1);
        for (int sequence = 0; sequence < RECORDS_IN_A_WINDOW; sequence++) {
            scenario.sendAs(PRODUCER, sequence);
        }
        return scenario.awaitSameEnd(2, 1).awaitSameEnd(3, 1);
    }

    private static void damagedNodeLeads(Scenario scenario) {
        flip(scenario.awaitLeader(2).awaitIsr(2), 2, FIRST_SEGMENT).start(3);
        scenario.await("node 2 to commit", () -> scenario.replica(2).highWatermark() == scenario.end(2));
        int last = RECORDS_IN_A_WINDOW - 1;
        scenario.produce(PRODUCER, last).produce(PRODUCER, last + 1);
    }

    private static void damagedNodeStepsAside(Scenario scenario) {
        assertThat(scenario.read(2)).contains(ErrorReason.ERROR_REASON_STORAGE_ERROR);
        scenario.awaitLeader(3).start(1).awaitHealed();
        assertThat(scenario.read(3)).isEmpty();
        assertWholeOnAll(scenario);
        scenario.healAndCheck();
    }

    /** Nobody can be in sync beside it, as nobody gets what is damaged; node 2 has all that is committed. */
    @ParameterizedTest
    @EnumSource
    void leaderStepsAsideForAnEligibleReplicaThatNeedsADamagedRecord(FlushMode mode) {
        Scenario scenario = Scenario.withSmallSegments(mode)
                .produce(EARLIER_PRODUCER, 0)
                .awaitHealed()
                .holdBack(1, 2)
                .holdBack(1, 3);
        for (int sequence = 0; sequence < RECORDS_IN_A_WINDOW; sequence++) {
            scenario.sendAs(PRODUCER, sequence);
        }
        scenario.fence(3).crash(2, 3).awaitIsr(1);
        assertThat(scenario.elr()).containsExactly(2);
        flip(scenario, 1, FIRST_SEGMENT).letGo(1, 2).letGo(1, 3).start(2).awaitLeader(2);
        assertThat(scenario.isr()).doesNotContain(1);
        scenario.start(3).awaitHealed();
        assertWholeOnAll(scenario);
        scenario.healAndCheck();
    }

    private static void stepsAside(Scenario scenario) {
        scenario.awaitLeader(2);
        assertThat(scenario.isr()).doesNotContain(1);
        assertThat(scenario.count(Event.LEADER_STEPPED_ASIDE)).isEqualTo(1);
        scenario.awaitHealed().produce(PRODUCER, RECORDS).awaitHealed();
        assertWholeOnAll(scenario);
        scenario.healAndCheck();
    }
}
