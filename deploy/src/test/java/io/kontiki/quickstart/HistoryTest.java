package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private long now;
    private final History history = new History(() -> now);

    @Test
    void longestGapIsTheLongestTimeBetweenTwoAcknowledgements() {
        for (int index = 0; index < 4; index++) {
            history.onSend(new Line(index, "k", "x"));
        }

        ackAt(1000, 0);
        assertThat(history.longestGapNanos()).isZero();
        ackAt(1010, 1);
        ackAt(1500, 2);
        ackAt(1501, 3);

        assertThat(history.longestGapNanos()).isEqualTo(490);
    }

    @Test
    void everyLineIsPendingAckedOrFailed() {
        for (int index = 0; index < 3; index++) {
            history.onSend(new Line(index, "k", "x"));
        }
        ackAt(1, 0);
        history.onFailure(1, "no");

        assertThat(history.sent()).isEqualTo(3);
        assertThat(history.acked()).isEqualTo(1);
        assertThat(history.failed()).isEqualTo(1);
        assertThat(history.pending()).isEqualTo(1);
        assertThat(history.firstFailure()).contains("no");
    }

    @Test
    void secondAnswerIsRefused() {
        history.onSend(new Line(0, "k", "x"));
        ackAt(1, 0);

        assertThatThrownBy(() -> ackAt(2, 0)).isInstanceOf(IllegalStateException.class);
    }

    private void ackAt(long nanos, int index) {
        now = nanos;
        history.onAck(index, 0, OptionalLong.of(index));
    }
}
