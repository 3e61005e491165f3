package io.kontiki.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table without box lines, so that it reads well and splits well: two spaces between columns, none at the end of a
 * line, numbers to the right, {@code -} for what is empty.
 */
public final class Table {
    /** Where a column's cells stand. */
    public enum Align {
        LEFT,
        RIGHT
    }

    /** A column's heading and alignment. */
    public record Column(String heading, Align align) {
        /** A column of words. */
        public static Column text(String heading) {
            return new Column(heading, Align.LEFT);
        }

        /** A column of numbers. */
        public static Column number(String heading) {
            return new Column(heading, Align.RIGHT);
        }
    }

    private static final String GAP = "  ";

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(List<Column> columns) {
        this.columns = List.copyOf(columns);
    }

    public Table(Column... columns) {
        this(Arrays.asList(columns));
    }

    /**
     * Adds a row. Control characters in a cell become {@code ?}: what a broker sends must not steer the terminal.
     *
     * @throws IllegalArgumentException if there are more or fewer cells than columns
     */
    public Table row(List<String> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + columns.size() + " columns");
        }
        rows.add(cells.stream().map(Table::clean).toList());
        return this;
    }

    public Table row(String... cells) {
        return row(Arrays.asList(cells));
    }

    /** The heading and all rows, each ended by a line feed. */
    public String render() {
        int[] widths = widths();
        var text = new StringBuilder();
        appendLine(text, columns.stream().map(Column::heading).toList(), widths);
        rows.forEach(row -> appendLine(text, row, widths));
        return text.toString();
    }

    private static String clean(String cell) {
        return cell.isEmpty() ? "-" : cell.replaceAll("\\p{Cntrl}", "?");
    }

    private int[] widths() {
        int[] widths = columns.stream().mapToInt(c -> width(c.heading())).toArray();
        for (var row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        return widths;
    }

    private void appendLine(StringBuilder text, List<String> cells, int[] widths) {
        int last = cells.size() - 1;
        for (int i = 0; i <= last; i++) {
            String padding = " ".repeat(widths[i] - width(cells.get(i)));
            boolean right = columns.get(i).align() == Align.RIGHT;
            text.append(i == 0 ? "" : GAP)
                    .append(right ? padding : "")
                    .append(cells.get(i))
                    .append(right || i == last ? "" : padding);
        }
        text.append('\n');
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
