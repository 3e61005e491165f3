package io.kontiki.benchmark.versus;

import io.kontiki.benchmark.Figures;
import io.kontiki.benchmark.versus.scenario.Contender;
import io.kontiki.benchmark.versus.scenario.Figure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The figures of all turns of a scenario. Belongs to one thread. */
final class Comparison {
    /** One figure: whether more of it is good, and what each contender that tells it had in its turns. */
    record Row(boolean moreIsBetter, Map<String, Figures> byContender) {}

    private final Chosen chosen;
    private final List<String> contenders;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    Comparison(Chosen chosen) {
        this.chosen = chosen;
        this.contenders =
                chosen.scenario().contenders().stream().map(Contender::label).toList();
    }

    void add(String contender, List<Figure> figures) {
        for (Figure figure : figures) {
            rows.computeIfAbsent(figure.name(), name -> new Row(figure.moreIsBetter(), new LinkedHashMap<>()))
                    .byContender()
                    .computeIfAbsent(contender, label -> new Figures())
                    .add(figure.value());
        }
    }

    Chosen chosen() {
        return chosen;
    }

    /** Those that took a turn, in the scenario's order. */
    List<String> contenders() {
        return contenders.stream()
                .filter(label ->
                        rows.values().stream().anyMatch(row -> row.byContender().containsKey(label)))
                .toList();
    }

    /** By the names of the figures, in the order in which they were told first. */
    Map<String, Row> rows() {
        return rows;
    }

    /** The one that is set in relation to the others. */
    String subject() {
        List<String> present = contenders();
        return present.get(present.size() - 1);
    }

    List<String> others() {
        List<String> present = contenders();
        return present.subList(0, Math.max(0, present.size() - 1));
    }

    /** The subject's median divided by that of another one; none if one of them has none, or would be divided by 0. */
    Optional<Double> ratio(Row row, String other) {
        Figures mine = row.byContender().get(subject());
        Figures theirs = row.byContender().get(other);
        if (mine == null || theirs == null || theirs.median() == 0) {
            return Optional.empty();
        }
        return Optional.of(mine.median() / theirs.median());
    }
}
