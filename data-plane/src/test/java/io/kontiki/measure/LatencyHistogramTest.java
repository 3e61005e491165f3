package io.kontiki.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private final LatencyHistogram histogram = new LatencyHistogram();

    @Test
    void boundsBelongToTheBucketBelowThem() {
        histogram.add(500_000);
        histogram.add(500_001);
        histogram.add(10_000_000_000L);
        histogram.add(10_000_000_001L);

        long[] counts = histogram.counts();
        assertThat(counts).hasSize(15);
        assertThat(counts[0]).isEqualTo(1);
        assertThat(counts[1]).isEqualTo(1);
        assertThat(counts[13]).isEqualTo(1);
        assertThat(counts[14]).isEqualTo(1);
        assertThat(histogram.sumSeconds()).isCloseTo(20.001000002, within(1e-9));
    }

    @Test
    void boundsAreSecondsAndRise() {
        double[] bounds = LatencyHistogram.boundsSeconds();
        assertThat(bounds).hasSize(histogram.counts().length).isSorted().startsWith(0.0005, 0.001, 0.0025);
        assertThat(bounds[bounds.length - 1]).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void aClockThatStandsStillAddsNothing() {
        histogram.add(-5);
        assertThat(histogram.counts()[0]).isEqualTo(1);
        assertThat(histogram.sumSeconds()).isZero();
    }
}
