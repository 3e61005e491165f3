package io.kontiki.chaos.check;

import io.kontiki.chaos.history.Anomaly;
import java.util.List;
import java.util.Map;

/**
 * What came of a check.
 *
 * @param counts how often each anomaly was found; those never found are absent
 * @param findings the first few of each
 * @param tallies figures that judge nothing, by name, in a fixed order
 */
public record Verdict(Map<Anomaly, Long> counts, List<Finding> findings, Map<String, Long> tallies) {
    public Verdict {
        findings = List.copyOf(findings);
    }

    /** Whether nothing is wrong. */
    public boolean clean() {
        return counts.isEmpty();
    }
}
