package io.kontiki.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.DocumentFormat;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What perf does without a broker. */
class PerfTest {
    @Test
    void recordsAreDueAtEqualSteps() {
        var pace = new Pace(1_000, OptionalLong.of(1_000_000));

        assertThat(pace.dueNanos(0, 5)).isEqualTo(1_000);
        assertThat(pace.dueNanos(3, 5)).isEqualTo(4_000);
        assertThat(pace.dueNanos(3_600_000_000L, 5)).isEqualTo(3_600_000_001_000L);
    }

    @Test
    void withoutARateEachIsDueNow() {
        assertThat(new Pace(1_000, OptionalLong.empty()).dueNanos(7, 42)).isEqualTo(42);
    }

    @Test
    void valuesHaveTheirSizeAndDiffer() {
        var values = new PerfValues(20, new SplittableRandom(1));
        var seen = new HashSet<String>();
        for (int i = 0; i < 1000; i++) {
            byte[] value = values.value(i);
            assertThat(new String(value, UTF_8)).matches("[0-9a-f]{20}");
            seen.add(new String(value, UTF_8));
        }

        assertThat(seen).hasSize(1000);
        assertThat(new PerfValues(0, new SplittableRandom(1)).value(1)).isEmpty();
    }

    @Test
    void reportIsATableOfSumsAndOneOfPercentiles() {
        assertThat(report().render(DocumentFormat.TABLE)).isEqualTo("""
                        RECORDS  FAILED     SIZE   TIME  RECORDS/S   SIZE/S
                           2000       1  2.0 MiB  2.0 s       1000  1.0 MiB

                        MILLISECONDS   MIN  MEAN   P50   P90   P95   P99  P99.9    MAX
                        acknowledged  0.50  1.25  1.00  2.00  3.00  4.00   5.00  60.00
                        """);
    }

    @Test
    void reportForProgramsHasPlainNumbers() {
        assertThat(report().render(DocumentFormat.JSON))
                .contains("\"run\": \"produce\"", "\"records\": 2000", "\"bytes\": 2097152", "\"seconds\": 2.0")
                .contains("\"recordsPerSecond\": 1000.0", "\"bytesPerSecond\": 1048576.0")
                .contains("\"latencyMs\": {", "\"acknowledged\": {", "\"p999\": 5.0");
    }

    @Test
    void nothingSentIsNoRate() {
        var empty = new PerfReport(new JsonObject(), 0, 0, 0, 0, Map.of());

        assertThat(empty.render(DocumentFormat.TABLE)).endsWith("0 B\n");
    }

    private static PerfReport report() {
        var settings = new JsonObject();
        settings.addProperty("run", "produce");
        var found = new LatencyHistogram.Summary(
                2000, 500_000, 1_250_000, 1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000, 60_000_000);
        return new PerfReport(settings, 2000, 1, 2 << 20, 2_000_000_000, Map.of("acknowledged", found));
    }
}
