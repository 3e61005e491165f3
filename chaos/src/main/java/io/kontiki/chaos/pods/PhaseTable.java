package io.kontiki.chaos.pods;

import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.history.Operation.Send;
import io.kontiki.chaos.history.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How writing went in each phase. A gap is the time between two acknowledgements of one partition; it counts for the phase
 * in which it began. Not thread-safe.
 */
public final class PhaseTable {
    private static final double NANOS = 1e9;

    private final List<Phase> phases;
    private final long[] acknowledged;
    private final long[] gaps;
    private final long[] slowest;

    /** By partition, when records were acknowledged, in no order. */
    private final Map<Integer, List<Long>> completions = new TreeMap<>();

    /** @param phases one after the other */
    public PhaseTable(List<Phase> phases) {
        this.phases = List.copyOf(phases);
        acknowledged = new long[phases.size()];
        gaps = new long[phases.size()];
        slowest = new long[phases.size()];
    }

    /** Takes the next operation of the history. */
    public void onOperation(Operation operation) {
        if (operation instanceof Send send && send.outcome() == Outcome.OK) {
            completions
                    .computeIfAbsent(send.id().partition(), partition -> new ArrayList<>())
                    .add(send.completed());
            int phase = phaseAt(send.completed());
            if (phase >= 0) {
                acknowledged[phase]++;
                slowest[phase] = Math.max(slowest[phase], send.completed() - send.invoked());
            }
        }
    }

    private int phaseAt(long time) {
        for (int phase = 0; phase < phases.size(); phase++) {
            if (phases.get(phase).began() <= time && time < phases.get(phase).ended()) {
                return phase;
            }
        }
        return -1;
    }

    private void findGaps() {
        Arrays.fill(gaps, 0);
        for (List<Long> times : completions.values()) {
            List<Long> sorted = times.stream().sorted().toList();
            for (int i = 1; i < sorted.size(); i++) {
                int phase = phaseAt(sorted.get(i - 1));
                if (phase >= 0) {
                    gaps[phase] = Math.max(gaps[phase], sorted.get(i) - sorted.get(i - 1));
                }
            }
        }
    }

    /** Phases in which writing was to go on, and a partition took nothing for longer than that. */
    public List<Phase> longerThan(long nanos) {
        findGaps();
        return phases.stream()
                .filter(phase -> phase.writes() && gaps[phases.indexOf(phase)] > nanos)
                .toList();
    }

    /** For people. */
    public String text() {
        findGaps();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT, "%-38s %8s %6s %13s %14s%n", "phase", "seconds", "pods", "acknowledged", "longest gap"));
        for (int i = 0; i < phases.size(); i++) {
            Phase phase = phases.get(i);
            text.append(String.format(
                    Locale.ROOT,
                    "%-38s %8.1f %6d %13d %12.1f s%n",
                    phase.name(),
                    (phase.ended() - phase.began()) / NANOS,
                    phase.pods(),
                    acknowledged[i],
                    gaps[i] / NANOS));
        }
        return text.toString();
    }
}
