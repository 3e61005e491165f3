package io.kontiki.chaos.check;

import io.kontiki.chaos.history.Anomaly;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Counts anomalies and keeps the first few of each. Not thread-safe. */
final class Findings {
    private static final int EXAMPLES_MAX = 10;

    private final Map<Anomaly, Long> counts = new EnumMap<>(Anomaly.class);
    private final List<Finding> examples = new ArrayList<>();

    /** @param detail asked for only as long as examples are kept */
    void add(Anomaly anomaly, Supplier<String> detail) {
        if (counts.merge(anomaly, 1L, Long::sum) <= EXAMPLES_MAX) {
            examples.add(new Finding(anomaly, detail.get()));
        }
    }

    Map<Anomaly, Long> counts() {
        return counts;
    }

    List<Finding> examples() {
        return examples;
    }
}
