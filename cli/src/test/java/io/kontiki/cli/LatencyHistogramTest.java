package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private final LatencyHistogram histogram = new LatencyHistogram();

    @Test
    void percentilesAreThoseOfTheSortedValuesWithinAThousandth() {
        var random = new SplittableRandom(5);
        long[] values = new long[10_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1L << random.nextInt(40);
            values[i] += random.nextLong(values[i]);
            histogram.record(values[i]);
        }
        Arrays.sort(values);

        var summary = histogram.summary();

        assertThat(summary.count()).isEqualTo(values.length);
        assertThat(summary.min()).isEqualTo(values[0]);
        assertThat(summary.max()).isEqualTo(values[values.length - 1]);
        assertThat(summary.mean()).isCloseTo(Arrays.stream(values).average().orElseThrow(), within(1.0));
        assertClose(summary.p50(), values[5000]);
        assertClose(summary.p90(), values[9000]);
        assertClose(summary.p95(), values[9500]);
        assertClose(summary.p99(), values[9900]);
        assertClose(summary.p999(), values[9990]);
    }

    @Test
    void smallValuesAreExact() {
        for (int i = 1; i <= 100; i++) {
            histogram.record(i);
        }

        assertThat(histogram.summary()).isEqualTo(new LatencyHistogram.Summary(100, 1, 50.5, 50, 90, 95, 99, 100, 100));
    }

    @Test
    void whatIsTooLongOrNegativeCountsAsTheLimit() {
        histogram.record(-1);
        histogram.record(Long.MAX_VALUE);

        assertThat(histogram.summary().min()).isZero();
        assertThat(histogram.summary().max()).isEqualTo(3_600_000_000_000L);
    }

    @Test
    void nothingIsAllZero() {
        assertThat(histogram.summary()).isEqualTo(new LatencyHistogram.Summary(0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    private static void assertClose(long found, long exact) {
        assertThat((double) found).isBetween((double) exact, exact * 1.001);
    }
}
