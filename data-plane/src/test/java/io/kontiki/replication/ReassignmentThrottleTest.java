package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kontiki.metadata.TopicPartition;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReassignmentThrottleTest {
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int PUSH_MAX = 1 << 20;

    private final ReassignmentThrottle throttle = new ReassignmentThrottle(0);
    private long now;

    private static TopicPartition partition(int number) {
        return new TopicPartition(new UUID(0, 1), number);
    }

    /** Each asks at each tick, and again at once after it was served, as event loops do; the last one comes first. */
    private long[] send(int partitions, int batchBytes, long seconds) {
        long[] sent = new long[partitions];
        for (long end = now + TimeUnit.SECONDS.toNanos(seconds); now < end; now += TICK) {
            for (int number = partitions - 1; number >= 0; number--) {
                int bytes = throttle.pushBytes(PUSH_MAX);
                while (throttle.take(partition(number), 9, bytes, now)) {
                    int whole = Math.max(batchBytes, bytes / batchBytes * batchBytes);
                    throttle.sent(bytes, whole);
                    sent[number] += whole;
                }
            }
        }
        return sent;
    }

    private static long sum(long[] sent) {
        return IntStream.range(0, sent.length).mapToLong(i -> sent[i]).sum();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1000, 100000",
        "1, 16000, 1000000",
        "3, 16000, 5000000",
        "20, 16000, 20000000",
        "1, 1000000, 20000000",
        "7, 1000000, 200000000",
        "1000, 16000, 200000000"
    })
    void rateIsKept(int partitions, int batchBytes, long bytesPerSecond) {
        for (int number = 0; number < partitions; number++) {
            throttle.limit(partition(number), bytesPerSecond, now);
        }

        long[] sent = send(partitions, batchBytes, 20);

        assertThat(sum(sent) / 20).isCloseTo(bytesPerSecond, Percentage.withPercentage(3));
    }

    @Test
    void nobodyIsPassedOver() {
        for (int number = 0; number < 5; number++) {
            throttle.limit(partition(number), 1_000_000, now);
        }

        long[] sent = send(5, 10_000, 20);

        for (long each : sent) {
            assertThat(each).isCloseTo(4_000_000, Percentage.withPercentage(20));
        }
    }

    @Test
    void smallestLimitCounts() {
        throttle.limit(partition(0), 9_000_000, now);
        throttle.limit(partition(1), 1_000_000, now);

        assertThat(sum(send(2, 10_000, 20)) / 20).isCloseTo(1_000_000, Percentage.withPercentage(3));

        throttle.limit(partition(1), 0, now);
        assertThat(send(1, 10_000, 20)[0] / 20).isCloseTo(9_000_000, Percentage.withPercentage(5));
    }

    @Test
    void batchLargerThanTheLimitGoesAndIsMadeUpFor() {
        throttle.limit(partition(0), 1000, now);

        assertThat(send(1, 100_000, 1)[0]).isEqualTo(100_000);
        assertThat(send(1, 100_000, 90)[0]).isZero();
        assertThat(send(1, 100_000, 20)[0]).isEqualTo(100_000);
    }

    @Test
    void higherLimitEndsALongWaitSoon() {
        throttle.limit(partition(0), 1, now);
        send(1, 1_000_000, 1);
        throttle.limit(partition(0), 10_000_000, now);

        assertThat(send(1, 1_000_000, 1)[0]).isGreaterThan(8_000_000);
    }

    @Test
    void idleTimeIsNotSavedUp() {
        throttle.limit(partition(0), 1_000_000, now);
        now += TimeUnit.HOURS.toNanos(1);

        assertThat(send(1, 10_000, 1)[0]).isCloseTo(1_250_000, within(100_000L));
    }

    @Test
    void whoWentAwayHoldsUpNobody() {
        throttle.limit(partition(0), 1_000_000, now);
        throttle.limit(partition(1), 1_000_000, now);
        send(1, 100_000, 1);
        assertThat(throttle.take(partition(1), 9, 900_000, now)).isFalse();

        assertThat(send(1, 100_000, 5)[0]).isGreaterThan(3_500_000);
    }
}
