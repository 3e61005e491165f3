package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsDocumentationTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)(?:\\{(\\w+)})?` \\| (gauge|counter) \\|");

    @TempDir
    Path root;

    @Test
    void tableHasExactlyWhatABrokerMeasuresOfItsLogs() throws Exception {
        TestCluster cluster = new TestCluster(root, 1);
        try {
            Set<String> measured = new TreeSet<>();
            cluster.meters(0).forEachMeter(meter -> measured.add(row(meter)));
            assertThat(documented()).isEqualTo(measured).hasSizeGreaterThan(10);
        } finally {
            cluster.close();
        }
    }

    private static String row(Meter meter) {
        String labels = meter.getId().getTags().isEmpty()
                ? ""
                : "{" + meter.getId().getTags().get(0).getKey() + "}";
        return meter.getId().getName() + labels + " "
                + meter.getId().getType().name().toLowerCase(Locale.ROOT);
    }

    private static Set<String> documented() throws IOException {
        Set<String> rows = new TreeSet<>();
        Matcher row = ROW.matcher(Files.readString(Path.of("..", "docs", "metrics.md")));
        while (row.find()) {
            rows.add(row.group(1) + (row.group(2) == null ? "" : "{" + row.group(2) + "}") + " " + row.group(3));
        }
        return rows;
    }
}
