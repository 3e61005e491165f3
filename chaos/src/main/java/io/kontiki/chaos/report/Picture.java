package io.kontiki.chaos.report;

import io.kontiki.chaos.history.Operation.Strike;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** Draws a timeline: what was acknowledged, how long that took, and the faults below. */
final class Picture {
    private static final int LEFT = 150;
    private static final int WIDTH = 1000;
    private static final int PANE = 130;
    private static final int SPACE = 30;
    private static final int ROW = 16;
    private static final double SECOND = 1e9;

    private final Timeline timeline;
    private final StringBuilder svg = new StringBuilder();
    private final double secondsShown;

    Picture(Timeline timeline) {
        this.timeline = timeline;
        secondsShown = Math.max(1, timeline.seconds());
    }

    /** An SVG element to be put into a page. */
    String draw() {
        List<String> kinds = timeline.strikes().stream()
                .map(Strike::fault)
                .distinct()
                .sorted()
                .toList();
        int faultsTop = 2 * (PANE + SPACE) + 10;
        int height = faultsTop + kinds.size() * ROW + SPACE;
        add(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='11'>",
                LEFT + WIDTH + 20, height);
        shadeGaps(faultsTop + kinds.size() * ROW);
        drawPane(
                0,
                "acknowledged / s",
                1,
                LongStream.range(0, timeline.seconds())
                        .map(second -> timeline.acknowledged((int) second))
                        .toArray(),
                "#2a6f97");
        drawPane(
                PANE + SPACE,
                "slowest, ms",
                1_000_000,
                LongStream.range(0, timeline.seconds())
                        .map(second -> timeline.slowest((int) second))
                        .toArray(),
                "#c1666b");
        for (Strike strike : timeline.strikes()) {
            drawStrike(strike, faultsTop + kinds.indexOf(strike.fault()) * ROW);
        }
        for (int row = 0; row < kinds.size(); row++) {
            add(
                    "<text x='%d' y='%d' text-anchor='end'>%s</text>",
                    LEFT - 8, faultsTop + row * ROW + 11, kinds.get(row));
        }
        drawAxis(faultsTop + kinds.size() * ROW);
        timeline.healed()
                .ifPresent(at -> add(
                        "<line x1='%.1f' x2='%.1f' y1='0' y2='%d' stroke='green' stroke-dasharray='4'><title>healed</title></line>",
                        x(at), x(at), faultsTop + kinds.size() * ROW));
        return svg.append("</svg>").toString();
    }

    private void shadeGaps(int bottom) {
        for (Timeline.Gap gap : timeline.gaps()) {
            add(
                    "<rect x='%.1f' y='0' width='%.1f' height='%d' fill='#fdd'><title>nothing acknowledged for %.2f s</title></rect>",
                    x(gap.from()), x(gap.to()) - x(gap.from()), bottom, (gap.to() - gap.from()) / SECOND);
        }
    }

    private void drawPane(int top, String title, long unit, long[] values, String color) {
        long highest = Math.max(1, LongStream.of(values).max().orElse(1));
        StringBuilder points = new StringBuilder();
        for (int second = 0; second < values.length; second++) {
            points.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    x((second + 0.5) * SECOND),
                    top + PANE - PANE * (double) values[second] / highest));
        }
        add("<polyline fill='none' stroke='%s' stroke-width='1.2' points='%s'/>", color, points);
        add("<line x1='%d' x2='%d' y1='%d' y2='%d' stroke='#999'/>", LEFT, LEFT + WIDTH, top + PANE, top + PANE);
        add("<text x='%d' y='%d' text-anchor='end'>%d</text>", LEFT - 8, top + 10, highest / unit);
        add("<text x='%d' y='%d' text-anchor='end'>%s</text>", LEFT - 8, top + PANE / 2, title);
        add("<text x='%d' y='%d' text-anchor='end'>0</text>", LEFT - 8, top + PANE);
    }

    private void drawStrike(Strike strike, int top) {
        add(
                "<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='#444' opacity='0.75'><title>%s: %s, %.1f s to %.1f s</title></rect>",
                x(strike.began()),
                top + 2,
                Math.max(1, x(strike.ended()) - x(strike.began())),
                ROW - 4,
                strike.fault(),
                escape(strike.detail()),
                strike.began() / SECOND,
                strike.ended() / SECOND);
    }

    private void drawAxis(int top) {
        int step = Math.max(1, (int) (secondsShown / 20));
        for (int second = 0; second <= secondsShown; second += step) {
            add("<text x='%.1f' y='%d' text-anchor='middle'>%d s</text>", x(second * SECOND), top + 14, second);
        }
    }

    private double x(double nanos) {
        return LEFT + WIDTH * nanos / SECOND / secondsShown;
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;");
    }
}
