package io.kontiki.benchmark.versus;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.benchmark.versus.scenario.Figure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
    private final Comparison comparison = new Comparison(Chosen.parse("start"));

    private void turns(double... values) {
        for (int i = 0; i < values.length; i += 2) {
            comparison.add("kafka", List.of(new Figure("ms", false, values[i])));
            comparison.add("kontiki", List.of(new Figure("ms", false, values[i + 1])));
        }
    }

    @Test
    void theRatioIsOurMedianByTheirs() {
        turns(4000, 900, 1000, 1000, 2000, 5000);
        assertThat(comparison.ratio(comparison.rows().get("ms"), "kafka")).contains(0.5);
        assertThat(new ComparisonTable(comparison).text())
                .contains("2000 (1000..4000)", "1000 (900..5000)", "0.500", "less", "kontiki/kafka");
    }

    @Test
    void aFigureThatOnlyOneTellsHasNoRatio() {
        turns(2, 1);
        comparison.add("kontiki", List.of(new Figure("other", true, 1)));
        assertThat(comparison.ratio(comparison.rows().get("other"), "kafka")).isEmpty();
        assertThat(new ComparisonTable(comparison).text())
                .containsPattern("other +- +1\\.00 \\(1\\.00\\.\\.1\\.00\\) +- +more");
    }

    @Test
    void whoTookNoTurnHasNoColumn() {
        comparison.add("kafka", List.of(new Figure("ms", false, 7)));
        assertThat(comparison.subject()).isEqualTo("kafka");
        assertThat(new ComparisonTable(comparison).text())
                .contains("kafka", "7.00 (7.00..7.00)")
                .doesNotContain("kontiki", " - ");
    }

    @Test
    void nothingIsDividedByZero() {
        turns(0, 1);
        assertThat(comparison.ratio(comparison.rows().get("ms"), "kafka")).isEmpty();
    }

    @Test
    void theJsonHasEachRun(@TempDir Path directory) throws Exception {
        turns(4000, 900, 1000, 1000, 2000, 5000);
        Path file = directory.resolve("comparison.json");
        ComparisonJson.write(List.of(comparison), file);
        assertThat(Files.readString(file).replaceAll("\\s", ""))
                .contains("\"scenario\":\"start\"", "\"runs\":[900.0,1000.0,5000.0]", "\"kontiki/kafka\":0.5");
    }
}
