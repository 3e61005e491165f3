package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesLimitTest {
    @Test
    void theFirstOnesGetSeriesAndTheOthersAreCounted() throws Exception {
        var taken = new ArrayList<Integer>();
        var scrape = HttpReading.scrape(samples -> {
            var few = new SeriesLimit("few", 3);
            var many = new SeriesLimit("many", 3);
            few.take();
            for (int i = 0; i < 5; i++) {
                if (many.take()) {
                    taken.add(i);
                }
            }
            few.tell(samples);
            many.tell(samples);
        });

        assertThat(taken).isEqualTo(List.of(0, 1, 2));
        assertThat(HttpReading.value(scrape, "kontiki_scrape_left_out{kind=\"few\"}"))
                .isZero();
        assertThat(HttpReading.value(scrape, "kontiki_scrape_left_out{kind=\"many\"}"))
                .isEqualTo(2);
    }
}
