package io.kontiki.monitoring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The series that a Prometheus has of brokers, with their labels: those of {@code docs/metrics.md}, which a test of the
 * broker holds in step with the catalogue in code and with a scrape.
 */
final class Catalogue {
    private static final Path PAGE = Path.of("../docs/metrics.md");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(\\w+)(?:\\{([\\w,]+)})?` \\| (gauge|counter|histogram|summary) \\|");

    private final Map<String, Set<String>> labels = new TreeMap<>();

    private Catalogue() {
        // Of Prometheus itself.
        labels.put("ALERTS", Set.of("alertname", "alertstate", "severity", "job", "namespace", "cluster"));
        labels.put("up", Set.of());
    }

    static Catalogue documented() {
        Catalogue catalogue = new Catalogue();
        try {
            var row = ROW.matcher(Files.readString(PAGE));
            while (row.find()) {
                catalogue.add(row.group(1), row.group(3), row.group(2) == null ? "" : row.group(2));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return catalogue;
    }

    private void add(String name, String kind, String joined) {
        Set<String> own = new HashSet<>(joined.isEmpty() ? List.of() : List.of(joined.split(",")));
        // What Prometheus gives every series that it scrapes, and what keeps clusters apart.
        own.addAll(Set.of("job", "instance", "namespace", "cluster"));
        if (kind.equals("histogram") || kind.equals("summary")) {
            labels.put(name + "_count", own);
            labels.put(name + "_sum", own);
        }
        if (kind.equals("histogram")) {
            Set<String> bucket = new HashSet<>(own);
            bucket.add("le");
            labels.put(name + "_bucket", bucket);
        } else if (!kind.equals("summary")) {
            labels.put(name, own);
        }
    }

    boolean has(String series) {
        return labels.containsKey(series);
    }

    Set<String> labels(String series) {
        return labels.getOrDefault(series, Set.of());
    }
}
