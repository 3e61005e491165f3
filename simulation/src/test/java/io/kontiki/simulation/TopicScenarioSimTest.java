package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import org.junit.jupiter.params.ParameterizedTest;
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
}
