package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.storage.Disk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A topic is deleted, and another one made of its name, before all nodes know: S57 of the fault catalogue. */
class TopicScenarioSimTest {
    /** More than the new topic ever gets: what is mixed up shows by its offset. */
    private static final int OLD_RECORDS = 50;

    private static Scenario written(FlushMode mode) {
        return new Scenario(mode).write(OLD_RECORDS).awaitHealed();
    }

    /** Node 3 leads the new topic alone: its readers get what was written to that. */
    private static void servesTheNewTopicOnly(Scenario scenario) {
        scenario.awaitHealed();
        long end = scenario.end(1);
        assertThat(end).isLessThan(OLD_RECORDS);
        assertThat(scenario.end(3)).isEqualTo(end);
        scenario.crash(1).awaitLeader(2).crash(2).awaitLeader(3);
        assertThat(scenario.read(3)).isEmpty();
        scenario.start(1, 2).healAndCheck();
    }

    @ParameterizedTest
    @EnumSource
    void s57NodeThatWasDownKeepsTheOldLogOutOfTheNewTopic(FlushMode mode) {
        Scenario scenario = written(mode);
        scenario.crash(3).awaitIsr(1, 2).recreateTopic().write(3).start(3);
        servesTheNewTopicOnly(scenario);
        // It may be what somebody wants back (rule R13).
        assertThat(scenario.node(3).disk().contents().keySet())
                .anySatisfy(file -> assertThat(file).contains("stray").endsWith(".log"));
    }

    @ParameterizedTest
    @EnumSource
    void s57NodeThatStoppedInOrderKeepsTheOldLogOutOfTheNewTopic(FlushMode mode) {
        Scenario scenario = written(mode);
        scenario.node(3).stopInOrder();
        scenario.awaitIsr(1, 2).recreateTopic().write(3).start(3);
        servesTheNewTopicOnly(scenario);
    }

    /** It learns of both at once, while it runs; what it says of the old topic until then is told to nobody. */
    @ParameterizedTest
    @EnumSource
    void s57FollowerThatLearnsLateBeginsTheNewTopicEmpty(FlushMode mode) {
        Scenario scenario = written(mode);
        scenario.quorum().delayImage(3);
        scenario.runFor(500).recreateTopic().awaitLeader(1).runFor(3_000);
        scenario.quorum().catchUpImage(3);
        scenario.write(3);
        servesTheNewTopicOnly(scenario);
    }

    /** It leads the old topic on, for those who still write there, and is to lead the new one. */
    @ParameterizedTest
    @EnumSource
    void s57LeaderThatLearnsLateBeginsTheNewTopicEmpty(FlushMode mode) {
        Scenario scenario = written(mode);
        scenario.quorum().delayImage(1);
        scenario.runFor(500).recreateTopic().runFor(3_000);
        scenario.quorum().catchUpImage(1);
        scenario.awaitLeader(1).write(3);
        servesTheNewTopicOnly(scenario);
    }

    /**
     * The power of all goes when the new topic is there and no node has made its log: what is on their disks has the name of
     * that log. It is not the one that is missing, with a damaged id: then nobody could lead.
     */
    @Test
    void s57LogOfTheEarlierTopicIsToldFromADamagedOneByItsId() {
        Scenario scenario = recreatedUnawares();
        scenario.start(1, 2, 3).awaitHealed().write(3);
        assertThat(scenario.end(1)).isLessThan(OLD_RECORDS);
        scenario.healAndCheck();
    }

    /** Where the line is drawn: half of the bits of two ids differ, and some of a damaged one. */
    @ParameterizedTest
    @CsvSource({"24, true", "25, false"})
    void s57LogIsOfAnEarlierTopicIfMoreThan24BitsOfItsIdDiffer(int bits, boolean mayBeTheOne) {
        Scenario scenario = recreatedUnawares();
        UUID present = scenario.cluster().partition().topicId();
        UUID told = new UUID(present.getMostSignificantBits(), present.getLeastSignificantBits() ^ (1L << bits) - 1);
        for (int node = 1; node <= 3; node++) {
            tell(scenario.node(node).disk(), told);
        }
        scenario.start(1, 2, 3);
        if (mayBeTheOne) {
            scenario.await("1 to be back", () -> scenario.usable(1)).runFor(10_000);
            assertThat(scenario.record().hasLeader()).isFalse();
            assertThat(scenario.node(1).disk().list("")).contains("simulated-0");
        } else {
            scenario.awaitHealed().write(3).healAndCheck();
        }
    }

    /** All are down; the quorum has the new topic, and the nodes have the log of the old one. */
    private static Scenario recreatedUnawares() {
        Scenario scenario = written(FlushMode.ACK);
        for (int node = 1; node <= 3; node++) {
            scenario.quorum().delayImage(node);
        }
        scenario.runFor(500).recreateTopic().powerCut(1, 2, 3);
        for (int node = 1; node <= 3; node++) {
            scenario.quorum().catchUpImage(node);
        }
        return scenario;
    }

    private static void tell(Disk disk, UUID topicId) {
        String text = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(topicId.getMostSignificantBits())
                        .putLong(topicId.getLeastSignificantBits())
                        .array());
        String file = "simulated-0/partition.metadata";
        String before = new String(disk.readSmall(file, 1_000), StandardCharsets.UTF_8);
        disk.writeAtomically(
                file, before.replaceFirst("topic_id: .*", "topic_id: " + text).getBytes(StandardCharsets.UTF_8));
    }
}
