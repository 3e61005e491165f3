package io.kontiki.benchmark.versus.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {
    @Test
    void aShareIsTheShortestTimeThatSoManyDoNotExceed() {
        long[] nanos =
                LongStream.rangeClosed(1, 1000).map(i -> (1001 - i) * 1_000_000).toArray();
        Percentiles times = new Percentiles(nanos);
        assertThat(times.millis(0.5)).isEqualTo("500.000");
        assertThat(times.millis(0.99)).isEqualTo("990.000");
        assertThat(times.millis(1)).isEqualTo("1000.000");
        assertThat(new Percentiles(new long[] {3_000_000, 1_000_000, 2_000_000}).millis(0.5))
                .isEqualTo("2.000");
        assertThat(nanos[0]).as("the order of those given").isEqualTo(1000 * 1_000_000L);
    }

    @Test
    void oneTimeIsEachOfItsShares() {
        assertThat(new Percentiles(new long[] {2_500_000}).millis(0.001)).isEqualTo("2.500");
    }
}
