package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import org.junit.jupiter.api.Test;

class SendTallyTest {
    @Test
    void tellsWhatIsStoredFromWhatIsNotAndWhatIsNotKnown() {
        var tally = new SendTally();
        tally.onSent(10);
        tally.onSent(20);
        tally.onSent(30);

        tally.onSettled(1, null);
        tally.onSettled(3, new KontikiException(ErrorReason.RECORD_TOO_LARGE, "too large"));
        tally.onSettled(2, new KontikiException(ErrorReason.TIMED_OUT, "late"));

        assertThat(tally.sent()).isEqualTo(3);
        assertThat(tally.sentBytes()).isEqualTo(60);
        assertThat(tally.acknowledged()).isEqualTo(1);
        assertThat(tally.failed()).isEqualTo(2);
        assertThat(tally.unknown()).isEqualTo(1);
        assertThat(tally.firstRefusal().orElseThrow().line()).isEqualTo(3);
    }
}
