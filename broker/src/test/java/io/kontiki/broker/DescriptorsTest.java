package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DescriptorsTest {
    @Test
    void connectionsAndLogsNeverTakeAll() {
        for (long max : new long[] {64, 1024, 4096, 20_000, 1 << 20, Long.MAX_VALUE}) {
            var descriptors = new Descriptors(max);

            for (int directories = 1; directories <= 2; directories++) {
                long taken = descriptors.connectionsMax() + (long) directories * descriptors.openFilesMax(directories);
                assertThat(taken).as("of %d", max).isBetween(1L, max - max / 4);
            }
        }
    }

    @Test
    void fewAreToldFromEnough() {
        assertThat(new Descriptors(1024).areFew()).isTrue();
        assertThat(new Descriptors(Descriptors.RECOMMENDED).areFew()).isFalse();
        assertThat(new Descriptors(Descriptors.RECOMMENDED).openFilesMax(1)).isEqualTo(5_000);
        assertThat(new Descriptors(Long.MAX_VALUE).areFew()).isFalse();
    }

    @Test
    void systemTellsTheLimit() {
        assertThat(Descriptors.ofThisProcess().max()).isPositive();
    }
}
