package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CleanerThrottleTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void spreadsBytesOverTime() {
        CleanerThrottle throttle = new CleanerThrottle(1_000, 0);
        long now = 0;
        for (int i = 0; i < 100; i++) {
            now += throttle.delayNanos(100, now);
        }
        assertThat(now).isBetween(98 * SECOND / 10, 10 * SECOND);
    }

    @Test
    void restIsMadeUpForOnlyShortly() {
        CleanerThrottle throttle = new CleanerThrottle(1_000, 0);
        long now = 1_000 * SECOND;
        assertThat(throttle.delayNanos(100, now)).isZero();
        assertThat(throttle.delayNanos(1_000, now)).isEqualTo(SECOND);
    }

    @Test
    void withoutABoundNobodyWaits() {
        CleanerThrottle throttle = new CleanerThrottle(Long.MAX_VALUE, 0);
        assertThat(throttle.delayNanos(Integer.MAX_VALUE, 0)).isZero();
        assertThat(throttle.delayNanos(Integer.MAX_VALUE, 0)).isZero();
    }
}
