package io.kontiki.benchmark.versus.plot;

import io.kontiki.benchmark.Figures;
import io.kontiki.benchmark.versus.ShortNumber;
import java.util.List;

/**
 * A plot as an SVG: for each row a bar of each contender as long as its median, a whisker from the least to the most, and at the
 * right what the subject's median is by that of the others. All bars of a plot have one scale. It has a ground of its own, and
 * follows the reader's choice of light or dark. Belongs to one thread.
 */
final class BarChart {
    private static final double WIDTH = 1000;
    private static final double MARGIN = 16;
    private static final double BARS_LEFT = 310;
    private static final double BARS_WIDTH = 400;
    private static final double RATIO_LEFT = 900;
    private static final double GAP = 8;
    private static final double HEAD = 84;
    private static final double LINE = 22;
    private static final double BAR = 16;
    private static final double ROW_GAP = 14;
    private static final double WHISKER_END = 4;
    private static final double LABEL_LINE = 16;
    private static final int LABEL_LETTERS_MAX = 48;

    private static final String STYLE = """
            text { font: 13px sans-serif; fill: #24292f; }
            .title { font-size: 16px; font-weight: bold; }
            .value { font-size: 12px; }
            .parameters { font-size: 11px; }
            .ratio { font-weight: bold; }
            .ground { fill: #ffffff; }
            .whisker { stroke: #24292f; stroke-width: 1.5; }
            .bar-0 { fill: #0072b2; } .bar-1 { fill: #e69f00; } .bar-2 { fill: #8c959f; } .bar-3 { fill: #009e73; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6edf3; }
              .ground { fill: #0d1117; }
              .whisker { stroke: #e6edf3; }
              .bar-0 { fill: #3d9be0; }
            }
            """;

    private static final int COLOURS = 4;

    private final Plot plot;
    /** In the order of their colours: who is set in relation to others has the first. */
    private final List<String> contenders;

    private final double pixelsPerUnit;
    private final Svg svg = new Svg();

    BarChart(Plot plot) {
        this.plot = plot;
        this.contenders = plot.contenders();
        this.pixelsPerUnit = plot.most() > 0 ? BARS_WIDTH / plot.most() : 0;
    }

    String text() {
        double height = HEAD + MARGIN;
        for (Bars row : plot.rows()) {
            height += LINE * row.byContender().size() + ROW_GAP;
        }
        svg.rectangle("ground", 0, 0, WIDTH, height);
        head();
        double top = HEAD;
        for (Bars row : plot.rows()) {
            row(row, top);
            top += LINE * row.byContender().size() + ROW_GAP;
        }
        return svg.document(WIDTH, height, plot.figure(), STYLE);
    }

    private void head() {
        String good = plot.moreIsBetter() ? "more is better" : "less is better";
        svg.text("title", MARGIN, MARGIN + GAP, plot.figure() + ", " + good);
        double x = BARS_LEFT;
        double y = HEAD - LINE - GAP;
        for (String contender : contenders) {
            svg.rectangle(colour(contender), x, y - BAR / 2, BAR, BAR);
            svg.text("legend", x + BAR + GAP, y, contender);
            x += 120;
        }
        if (contenders.size() > 1) {
            String others = contenders.size() == 2 ? contenders.get(1) : "each";
            svg.text("legend", RATIO_LEFT, y, contenders.get(0) + "/" + others);
        }
    }

    private String colour(String contender) {
        return "bar-" + contenders.indexOf(contender) % COLOURS;
    }

    private void row(Bars row, double top) {
        List<String> turns = row.contenders();
        double middle = top + LINE * turns.size() / 2;
        label(row.label(), middle);
        for (int i = 0; i < turns.size(); i++) {
            double y = top + LINE * i + LINE / 2;
            bar(turns.get(i), row.byContender().get(turns.get(i)), y);
            if (i < turns.size() - 1) {
                ratio(row, turns.get(i), turns.size() == 2 ? middle : y);
            }
        }
    }

    /** The scenario, and below it its parameters, if there are any. */
    private void label(String label, double middle) {
        int space = label.indexOf(' ');
        if (space < 0) {
            svg.text("label", MARGIN, middle, label);
        } else {
            svg.text("label", MARGIN, middle - LABEL_LINE / 2, label.substring(0, space));
            svg.text("parameters", MARGIN, middle + LABEL_LINE / 2, shortened(label.substring(space + 1)));
        }
    }

    private void bar(String contender, Figures runs, double y) {
        double least = BARS_LEFT + runs.min() * pixelsPerUnit;
        double most = BARS_LEFT + runs.max() * pixelsPerUnit;
        svg.rectangle("bar " + colour(contender), BARS_LEFT, y - BAR / 2, runs.median() * pixelsPerUnit, BAR);
        svg.line("whisker", least, y, most, y);
        svg.line("whisker", least, y - WHISKER_END, least, y + WHISKER_END);
        svg.line("whisker", most, y - WHISKER_END, most, y + WHISKER_END);
        svg.text("value", most + GAP, y, ShortNumber.summary(runs));
    }

    private void ratio(Bars row, String other, double y) {
        double theirs = row.byContender().get(other).median();
        if (theirs != 0) {
            double ours = row.byContender().get(row.subject()).median();
            svg.text("ratio", RATIO_LEFT, y, ShortNumber.of(ours / theirs) + " ×");
        }
    }

    private static String shortened(String label) {
        return label.length() <= LABEL_LETTERS_MAX ? label : label.substring(0, LABEL_LETTERS_MAX - 1) + "…";
    }
}
