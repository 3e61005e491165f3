package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A disk without room is no loss (rule R11): it costs nobody the place among those who may lead. */
class FullDiskSimTest {
    private static final long PLENTY_BYTES = 1L << 40;

    /** Two of three have no room for the new log, and the third loses its own with the power. */
    @Test
    void replicaThatHadNoRoomForItsLogMayLeadLater() {
        Scenario scenario = Scenario.withoutTopic(FlushMode.OS);
        scenario.node(2).disk().setUsableBytes(0);
        scenario.node(3).disk().setUsableBytes(0);
        scenario.createTopic().awaitLeader(1).runFor(200);
        scenario.powerCut(1).start(1).runFor(2_000);
        assertThat(scenario.isr()).doesNotContain(1);
        scenario.node(2).disk().setUsableBytes(PLENTY_BYTES);
        scenario.node(3).disk().setUsableBytes(PLENTY_BYTES);
        scenario.awaitHealed().write(3).healAndCheck();
    }

    /** The preferred leader of a new partition has no room: another one leads. */
    @Test
    void leaderWithoutRoomGivesWay() {
        Scenario scenario = Scenario.withoutTopic(FlushMode.ACK);
        scenario.node(1).disk().setUsableBytes(0);
        scenario.createTopic().awaitLeader(2).write(3);
        scenario.node(1).disk().setUsableBytes(PLENTY_BYTES);
        scenario.healAndCheck();
    }

    /** As few are in sync as must be, and the one that is elected has no room: the other one leads, and a third one joins. */
    @Test
    void leaderWithoutRoomGivesWayToTheOnlyOtherOneInSync() {
        Scenario scenario = Scenario.withoutTopic(FlushMode.ACK);
        scenario.node(2).disk().setUsableBytes(0);
        scenario.createTopic().awaitLeader(1).crash(1);
        scenario.awaitLeader(3).start(1).awaitIsr(1, 3).write(3);
        scenario.node(2).disk().setUsableBytes(PLENTY_BYTES);
        scenario.healAndCheck();
    }

    /** It could not be read there before the first batch of the new epoch is written, and is nobody's to read else. */
    @Test
    void leaderThatBecomesFullIsReadElsewhereAfterANewElection() {
        Scenario scenario = new Scenario(FlushMode.ACK).write(5).awaitLeader(1);
        scenario.node(1).disk().setUsableBytes(0);
        scenario.runFor(2_000);
        assertThat(scenario.read(1)).as("as long as the epoch lasts").isEmpty();
        scenario.reassign(1, 2).awaitLeader(2).runFor(1_000);
        assertThat(scenario.read(2)).isEmpty();
        scenario.node(1).disk().setUsableBytes(PLENTY_BYTES);
        scenario.healAndCheck();
    }

    @Test
    void replicaWithoutRoomLeavesTheLeadToOneInSyncThatHasRoom() {
        Scenario scenario = new Scenario(FlushMode.ACK).write(5).awaitLeader(1);
        scenario.node(2).disk().setUsableBytes(0);
        scenario.runFor(2_000).crash(1).awaitLeader(3).runFor(1_000);
        assertThat(scenario.read(3)).isEmpty();
        scenario.node(2).disk().setUsableBytes(PLENTY_BYTES);
        scenario.start(1).healAndCheck();
    }

    /** What was trimmed last is not noted on a full disk; the log is whole all the same. */
    @Test
    void trimAndOrderlyStopOnAFullDiskLoseNothing() {
        Scenario scenario = new Scenario(3, 1, FlushMode.OS).write(5);
        scenario.crash(2, 3).awaitIsr(1).write(3);
        scenario.node(1).disk().setUsableBytes(0);
        scenario.node(1)
                .serving()
                .flatMap(broker -> broker.find(scenario.cluster().partition()))
                .orElseThrow()
                .trim(OptionalLong.empty(), 1_000, outcome -> {});
        scenario.runFor(100);
        scenario.node(1).stopInOrder();
        scenario.node(1).disk().setUsableBytes(PLENTY_BYTES);
        scenario.start(1, 2, 3).healAndCheck();
    }
}
