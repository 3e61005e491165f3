package io.kontiki.chaos.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.chaos.history.Operation.Acks;
import io.kontiki.chaos.history.Operation.Send;
import io.kontiki.chaos.history.Outcome;
import io.kontiki.chaos.history.RecordId;
import java.util.List;
import org.junit.jupiter.api.Test;

class PhaseTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Phase FIRST = new Phase("first", 0, 10 * SECOND, 3, true);
    private static final Phase SECOND_PHASE = new Phase("second", 10 * SECOND, 30 * SECOND, 1, false);

    private final PhaseTable table = new PhaseTable(List.of(FIRST, SECOND_PHASE));
    private long sequence;

    private void acknowledged(int partition, double second) {
        sent(partition, second, Outcome.OK);
    }

    private void sent(int partition, double second, Outcome outcome) {
        long at = (long) (second * SECOND);
        table.onOperation(new Send(new RecordId(0, partition, sequence++), Acks.ALL, at, at, outcome, 0, ""));
    }

    @Test
    void gapIsThatOfOnePartition() {
        acknowledged(0, 1);
        acknowledged(0, 5);
        acknowledged(1, 2);
        acknowledged(1, 3);

        assertThat(table.text().lines().toList().get(1))
                .isEqualTo("first                                      10.0      3             4          4.0 s");
    }

    @Test
    void answersMayComeInAnyOrderAndFailuresCountNothing() {
        acknowledged(0, 9);
        acknowledged(0, 1);
        sent(0, 2, Outcome.UNKNOWN);

        assertThat(table.text()).contains("2          8.0 s");
    }

    @Test
    void gapCountsForThePhaseInWhichItBegan() {
        acknowledged(0, 9);
        acknowledged(0, 21);

        assertThat(table.longerThan(11 * SECOND)).containsExactly(FIRST);
        assertThat(table.longerThan(12 * SECOND)).isEmpty();
    }

    @Test
    void phaseWithoutWritesMayHaveAnyGap() {
        acknowledged(0, 11);
        acknowledged(0, 29);

        assertThat(table.longerThan(SECOND)).isEmpty();
    }
}
