package io.kontiki.quickstart;

import java.util.List;

/**
 * What the check found.
 *
 * @param consumed records read back, each counted as often as it came
 * @param lost acknowledged and not read back
 * @param altered read back with another key or value, from another place than the one acknowledged, or never sent
 * @param duplicated copies beyond the first
 * @param disordered read back after a record of the same key or partition that was sent later
 * @param findings the first few of all these, for people
 */
record Verdict(int consumed, int lost, int altered, int duplicated, int disordered, List<String> findings) {
    Verdict {
        findings = List.copyOf(findings);
    }

    /** Whether every acknowledged record came back, unaltered and in order. */
    boolean kept() {
        return lost == 0 && altered == 0 && disordered == 0;
    }
}
