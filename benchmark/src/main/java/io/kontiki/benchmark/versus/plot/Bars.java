package io.kontiki.benchmark.versus.plot;

import io.kontiki.benchmark.Figures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one scenario with its parameters says of a figure.
 *
 * @param label of the scenario
 * @param byContender the runs of each, in the order of their turns; the last is set in relation to the others
 */
record Bars(String label, Map<String, Figures> byContender) {
    Bars ofThoseThatRan() {
        Map<String, Figures> ran = new LinkedHashMap<>(byContender);
        ran.values().removeIf(runs -> runs.count() == 0);
        return new Bars(label, ran);
    }

    List<String> contenders() {
        return List.copyOf(byContender.keySet());
    }

    String subject() {
        return contenders().get(byContender.size() - 1);
    }

    /** The largest value that is drawn. */
    double most() {
        return byContender.values().stream().mapToDouble(Figures::max).max().orElse(0);
    }
}
