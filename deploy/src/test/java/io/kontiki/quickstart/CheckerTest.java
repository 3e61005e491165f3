package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private final History history = new History(() -> 0);
    private final Checker checker = new Checker(history);

    @Test
    void everythingBackInOrderIsKept() {
        acked(0, "a", 0);
        acked(1, "b", 1);
        acked(2, "a", 2);

        back(0, "a", 0);
        back(1, "b", 1);
        back(2, "a", 2);

        assertThat(checker.verdict()).isEqualTo(new Verdict(3, 0, 0, 0, 0, List.of()));
        assertThat(checker.verdict().kept()).isTrue();
    }

    @Test
    void acknowledgedLineThatIsMissingIsLost() {
        acked(0, "a", 0);
        acked(1, "a", 1);

        back(1, "a", 1);

        assertThat(checker.verdict().lost()).isEqualTo(1);
        assertThat(checker.verdict().kept()).isFalse();
    }

    @Test
    void lineOfUnknownOutcomeMayBeThereOrNot() {
        sent(0, "a");
        sent(1, "a");
        history.onFailure(0, "gave up");

        back(0, "a", 0);

        assertThat(checker.verdict()).isEqualTo(new Verdict(1, 0, 0, 0, 0, List.of()));
    }

    @Test
    void otherTextOrKeyIsAltered() {
        acked(0, "a", 0);
        acked(1, "a", 1);

        checker.onRecord(new Received(0, 0, 0, "a", "other"));
        checker.onRecord(new Received(0, 1, 1, "b", "text 1"));

        assertThat(checker.verdict().altered()).isEqualTo(2);
        assertThat(checker.verdict().kept()).isFalse();
    }

    @Test
    void recordThatWasNeverSentIsAltered() {
        checker.onRecord(new Received(0, 0, -1, "a", "x"));
        checker.onRecord(new Received(0, 1, 0, "a", "x"));

        assertThat(checker.verdict().altered()).isEqualTo(2);
    }

    @Test
    void otherOffsetThanAcknowledgedIsAltered() {
        acked(0, "a", 5);

        back(0, "a", 6);

        assertThat(checker.verdict().altered()).isEqualTo(1);
    }

    @Test
    void secondCopyIsDuplicatedAndNotLost() {
        acked(0, "a", 0);

        back(0, "a", 0);
        back(0, "a", 1);

        Verdict verdict = checker.verdict();
        assertThat(verdict.duplicated()).isEqualTo(1);
        assertThat(verdict.lost()).isZero();
        assertThat(verdict.kept()).isTrue();
    }

    @Test
    void laterLineOfTheSameKeyFirstIsOutOfOrder() {
        acked(0, "a", 1);
        acked(1, "a", 0);

        back(1, "a", 0);
        back(0, "a", 1);

        assertThat(checker.verdict().disordered()).isEqualTo(1);
        assertThat(checker.verdict().kept()).isFalse();
    }

    @Test
    void laterLineOfTheSamePartitionFirstIsOutOfOrder() {
        acked(0, "a", 1);
        acked(1, "b", 0);

        back(1, "b", 0);
        back(0, "a", 1);

        assertThat(checker.verdict().disordered()).isEqualTo(1);
    }

    @Test
    void partitionsMayBeReadInAnyOrder() {
        sent(0, "a");
        sent(1, "b");
        history.onAck(0, 1, OptionalLong.of(0));
        history.onAck(1, 0, OptionalLong.of(0));

        checker.onRecord(new Received(0, 0, 1, "b", "text 1"));
        checker.onRecord(new Received(1, 0, 0, "a", "text 0"));

        assertThat(checker.verdict().kept()).isTrue();
    }

    private void sent(int index, String key) {
        history.onSend(new Line(index, key, "text " + index));
    }

    private void acked(int index, String key, long offset) {
        sent(index, key);
        history.onAck(index, 0, OptionalLong.of(offset));
    }

    private void back(int index, String key, long offset) {
        checker.onRecord(new Received(0, offset, index, key, "text " + index));
    }
}
