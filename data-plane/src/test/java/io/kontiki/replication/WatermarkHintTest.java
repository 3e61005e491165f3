package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Rule R15: a high watermark that was noted may be older, or younger, than the log that is left. */
class WatermarkHintTest {
    @Test
    void hintBeyondTheLogCountsUpToItsEnd() {
        assertThat(new Rig(1, new TestLog().append(1, 5), 50).replica.highWatermark())
                .isEqualTo(5);
    }

    @Test
    void hintBelowTheLogStartCountsAsTheStart() {
        TestLog log = new TestLog().append(1, 5);
        log.raiseStart(3);
        assertThat(new Rig(1, log, 1).replica.highWatermark()).isEqualTo(3);
    }
}
