package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DiskThrottleTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void spreadsBytesOverTime() {
        DiskThrottle throttle = new DiskThrottle(1_000, 0);
        long now = 0;
        for (int i = 0; i < 100; i++) {
            now += throttle.delayNanos(100, now);
        }
        assertThat(now).isBetween(98 * SECOND / 10, 10 * SECOND);
    }

    @Test
    void restIsMadeUpForOnlyShortly() {
        DiskThrottle throttle = new DiskThrottle(1_000, 0);
        long now = 1_000 * SECOND;
        assertThat(throttle.delayNanos(100, now)).isZero();
        assertThat(throttle.delayNanos(1_000, now)).isEqualTo(SECOND);
    }

    /** Time goes on by pauses alone; the bound changes when it has come to a second. */
    private long spendWhileTheBoundBecomes(long bytesPerSecond, long before, int bytes) {
        long[] now = {0};
        DiskThrottle throttle = new DiskThrottle(before, 0);
        boolean goesOn = throttle.spend(bytes, () -> now[0], nanos -> {
            boolean first = now[0] < SECOND;
            now[0] += nanos;
            if (first && now[0] >= SECOND) {
                throttle.limit(bytesPerSecond, now[0]);
            }
            return true;
        });
        assertThat(goesOn).isTrue();
        return now[0];
    }

    @Test
    void whoWaitsGoesOnAsSoonAsANewBoundAllowsIt() {
        assertThat(spendWhileTheBoundBecomes(1_000, 1_000, 100_000)).isEqualTo(100 * SECOND);
        assertThat(spendWhileTheBoundBecomes(100_000, 1_000, 100_000)).isEqualTo(SECOND + 99 * SECOND / 100);
        assertThat(spendWhileTheBoundBecomes(Long.MAX_VALUE, 1_000, 100_000)).isLessThan(SECOND + SECOND / 100);
    }

    @Test
    void whatIsOwedIsPaidAtTheNewRateButNotForEver() {
        assertThat(spendWhileTheBoundBecomes(5_000, 10_000, 20_000)).isEqualTo(3 * SECOND);
        assertThat(spendWhileTheBoundBecomes(1, 10_000, 20_000)).isEqualTo(61 * SECOND);
    }

    @Test
    void theEndIsNotWaitedFor() {
        DiskThrottle throttle = new DiskThrottle(1, 0);
        assertThat(throttle.spend(1_000, () -> 0, nanos -> false)).isFalse();
    }

    @Test
    void withoutABoundNobodyWaits() {
        DiskThrottle throttle = new DiskThrottle(Long.MAX_VALUE, 0);
        assertThat(throttle.delayNanos(Integer.MAX_VALUE, 0)).isZero();
        assertThat(throttle.delayNanos(Integer.MAX_VALUE, 0)).isZero();
    }
}
