package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.proto.v1.ErrorReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an idempotent producer sends is there once and in order: S39 to S41 of the fault catalogue. */
class ProducerScenarioSimTest {
    private static final int PRODUCER = 9;

    /** Node 3 was away for longer than records are kept; it leads soon after, and must know who wrote what is gone. */
    @ParameterizedTest
    @EnumSource
    void s39FollowerBehindTheLogStartTakesTheProducersFromTheLeader(FlushMode mode) {
        Scenario scenario = Scenario.withRetention(mode);
        scenario.produce(PRODUCER, 0).produce(PRODUCER, 1).crash(3).awaitIsr(1, 2);
        long end = scenario.end(1);
        scenario.produce(PRODUCER, 2).write(60);
        scenario.await("retention", () -> scenario.logStart(1) > end + 1)
                .start(3)
                .awaitHealed();
        assertThat(scenario.count(Event.RESET)).isPositive();
        scenario.crash(1).awaitLeader(2).crash(2).awaitLeader(3).start(1, 2).awaitHealed();
        assertThat(scenario.produced(PRODUCER, 2)).isEqualTo(end);
        scenario.produce(PRODUCER, 3).healAndCheck();
    }

    /** The leader dies with the reply; its successor has the batch. */
    @ParameterizedTest
    @EnumSource
    void s40BatchSentAgainAfterAFailoverIsThereOnce(FlushMode mode) {
        Scenario scenario = new Scenario(mode);
        for (int sequence = 0; sequence < 3; sequence++) {
            scenario.produce(PRODUCER, sequence);
        }
        long offset = scenario.end(1);
        scenario.isolate(1, 3)
                .sendAs(PRODUCER, 3)
                .awaitSameEnd(2, 1)
                .sendAs(PRODUCER, 3)
                .runFor(100);
        assertThat(scenario.end(1)).isEqualTo(offset + 1);
        assertThat(scenario.outcomes()).hasSize(3);
        scenario.crash(1).awaitLeader(2);
        assertThat(scenario.produced(PRODUCER, 3)).isEqualTo(offset);
        for (int sequence = 4; sequence < 10; sequence++) {
            scenario.produce(PRODUCER, sequence);
        }
        int before = scenario.refusals().size();
        scenario.sendAs(PRODUCER, 3).runFor(100);
        assertThat(scenario.refusals().subList(before, before + 1))
                .containsExactly(ErrorReason.ERROR_REASON_DUPLICATE_SEQUENCE);
        scenario.healAndCheck();
    }

    /** Two batches go with their leader; the client sends the second one first. */
    @ParameterizedTest
    @EnumSource
    void s41BatchAfterAGapIsRefused(FlushMode mode) {
        Scenario scenario = new Scenario(mode);
        for (int sequence = 0; sequence < 3; sequence++) {
            scenario.produce(PRODUCER, sequence);
        }
        scenario.holdBack(1, 2).holdBack(1, 3).sendAs(PRODUCER, 3).sendAs(PRODUCER, 4);
        scenario.crash(1).awaitLeader(2).runFor(100);
        scenario.sendAs(PRODUCER, 4)
                .await("an answer", () -> scenario.outcomes().size() == 4);
        assertThat(scenario.refusals()).containsExactly(ErrorReason.ERROR_REASON_OUT_OF_ORDER_SEQUENCE);
        long third = scenario.produced(PRODUCER, 3);
        assertThat(scenario.produced(PRODUCER, 4)).isEqualTo(third + 1);
        scenario.healAndCheck();
    }
}
