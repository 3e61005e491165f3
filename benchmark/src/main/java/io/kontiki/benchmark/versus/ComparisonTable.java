package io.kontiki.benchmark.versus;

import io.kontiki.benchmark.Figures;
import java.util.ArrayList;
import java.util.List;

/** A comparison for people: a line for each figure, {@code median (least..most)} of each contender, and the ratios. */
final class ComparisonTable {
    private static final String NOTHING = "-";

    private final Comparison comparison;

    ComparisonTable(Comparison comparison) {
        this.comparison = comparison;
    }

    String text() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(head());
        comparison.rows().forEach((name, row) -> lines.add(line(name, row)));
        return comparison.chosen().scenario().name() + ": "
                + comparison.chosen().parameters() + "\n" + aligned(lines);
    }

    private List<String> head() {
        List<String> head = new ArrayList<>(List.of("figure"));
        head.addAll(comparison.contenders());
        comparison.others().forEach(other -> head.add(comparison.subject() + "/" + other));
        head.add("good is");
        return head;
    }

    private List<String> line(String name, Comparison.Row row) {
        List<String> line = new ArrayList<>(List.of(name));
        for (String contender : comparison.contenders()) {
            Figures figures = row.byContender().get(contender);
            line.add(figures == null ? NOTHING : ShortNumber.summary(figures));
        }
        for (String other : comparison.others()) {
            line.add(comparison.ratio(row, other).map(ShortNumber::of).orElse(NOTHING));
        }
        line.add(row.moreIsBetter() ? "more" : "less");
        return line;
    }

    private static String aligned(List<List<String>> lines) {
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int column = 0; column < line.size(); column++) {
                row.append(String.format("%-" + (width(lines, column) + 2) + "s", line.get(column)));
            }
            text.append("  ").append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static int width(List<List<String>> lines, int column) {
        return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(1);
    }
}
