package io.kontiki.chaos.report;

import io.kontiki.chaos.history.Operation.Busy;
import io.kontiki.chaos.history.Operation.Strike;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Draws a timeline: what was acknowledged, how long that took, who had the processors, and the faults below, one row for each kind.
 * Red stripes are times in which nothing was acknowledged. Whatever is pointed at tells what it is.
 */
final class Picture {
    private static final int LEFT = 150;
    private static final int WIDTH = 1000;
    private static final int RIGHT = 20;
    private static final int PANE = 130;
    private static final int LOAD_PANE = 60;
    private static final int SPACE = 30;
    private static final int ROW = 16;
    private static final double SECOND = 1e9;

    /** Not more labels on the axis than these. */
    private static final int LABELS = 20;

    private static final int[] STEPS = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400};

    private final Timeline timeline;
    private final StringBuilder svg = new StringBuilder();
    private final double secondsShown;

    private record Point(double seconds, double value) {}

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
        int slowestTop = PANE + SPACE;
        int loadTop = slowestTop + PANE + SPACE;
        int faultsTop = loadTop + LOAD_PANE + 10;
        int bottom = faultsTop + kinds.size() * ROW;
        add(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='11'>",
                LEFT + WIDTH + RIGHT, bottom + SPACE);
        drawAxis(bottom);
        shadeGaps(bottom);
        drawSends(0, "acknowledged / s", second -> timeline.acknowledged(second), "#2a6f97");
        drawSends(slowestTop, "slowest, ms", second -> timeline.slowest(second) / 1e6, "#c1666b");
        drawLoad(loadTop);
        for (int row = 0; row < kinds.size(); row++) {
            drawRow(faultsTop + row * ROW, kinds.get(row), row % 2 == 0);
        }
        for (Strike strike : timeline.strikes()) {
            drawStrike(strike, faultsTop + kinds.indexOf(strike.fault()) * ROW);
        }
        timeline.healed()
                .ifPresent(at -> add(
                        "<line x1='%.1f' x2='%.1f' y1='0' y2='%d' stroke='green' stroke-dasharray='4'><title>healed</title></line>"
                                + "<text x='%.1f' y='10' text-anchor='end' fill='green'>healed</text>",
                        x(at), x(at), bottom, x(at) - 4));
        return svg.append("</svg>").toString();
    }

    private void shadeGaps(int bottom) {
        for (Timeline.Gap gap : timeline.gaps()) {
            add(
                    "<rect x='%.1f' y='0' width='%.1f' height='%d' fill='#fdd'><title>nothing acknowledged for %.2f s</title></rect>",
                    x(gap.from()), x(gap.to()) - x(gap.from()), bottom, (gap.to() - gap.from()) / SECOND);
        }
    }

    private interface BySecond {
        double at(int second);
    }

    private void drawSends(int top, String title, BySecond value, String color) {
        List<Point> points = IntStream.range(0, timeline.seconds())
                .mapToObj(second -> new Point(second + 0.5, value.at(second)))
                .toList();
        double highest =
                Math.max(1, points.stream().mapToDouble(Point::value).max().orElse(1));
        drawFrame(top, PANE, title, Long.toString(Math.round(highest)));
        drawLine(top, PANE, points, highest, color);
    }

    private void drawLoad(int top) {
        drawFrame(top, LOAD_PANE, "processors, %", "100");
        drawShare(top, "brokers", 0, "#2a6f97", Busy::brokers);
        drawShare(top, "this harness", 70, "#5b8c5a", Busy::harness);
        drawShare(top, "other programs", 165, "#c1666b", Busy::others);
    }

    private void drawShare(int top, String name, int legend, String color, ToDoubleFunction<Busy> share) {
        List<Point> points = timeline.load().stream()
                .filter(busy -> busy.at() <= secondsShown * SECOND)
                .map(busy -> new Point(busy.at() / SECOND, Math.min(1, share.applyAsDouble(busy))))
                .toList();
        drawLine(top, LOAD_PANE, points, 1, color);
        add("<text x='%d' y='%d' fill='%s'>%s</text>", LEFT + 4 + legend, top - 4, color, name);
    }

    private void drawFrame(int top, int height, String title, String highest) {
        add("<line x1='%d' x2='%d' y1='%d' y2='%d' stroke='#999'/>", LEFT, LEFT + WIDTH, top + height, top + height);
        add("<text x='%d' y='%d' text-anchor='end'>%s</text>", LEFT - 8, top + 10, highest);
        add("<text x='%d' y='%d' text-anchor='end'>%s</text>", LEFT - 8, top + height / 2 + 4, title);
        add("<text x='%d' y='%d' text-anchor='end'>0</text>", LEFT - 8, top + height);
    }

    private void drawLine(int top, int height, List<Point> points, double highest, String color) {
        String drawn = points.stream()
                .map(point -> String.format(
                        Locale.ROOT,
                        "%.1f,%.1f",
                        x(point.seconds() * SECOND),
                        top + height - height * point.value() / highest))
                .collect(Collectors.joining(" "));
        add("<polyline fill='none' stroke='%s' stroke-width='1.2' points='%s'/>", color, drawn);
    }

    private void drawRow(int top, String fault, boolean shaded) {
        if (shaded) {
            add("<rect x='%d' y='%d' width='%d' height='%d' fill='#000' opacity='0.05'/>", LEFT, top, WIDTH, ROW);
        }
        add("<text x='%d' y='%d' text-anchor='end'>%s</text>", LEFT - 8, top + 11, fault);
    }

    private void drawStrike(Strike strike, int top) {
        add(
                "<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='#444' opacity='0.75'><title>%s: %s, %.1f s to %.1f s</title></rect>",
                x(strike.began()),
                top + 2,
                Math.max(2, x(strike.ended()) - x(strike.began())),
                ROW - 4,
                strike.fault(),
                escape(strike.detail()),
                strike.began() / SECOND,
                strike.ended() / SECOND);
    }

    private void drawAxis(int bottom) {
        int step = IntStream.of(STEPS)
                .filter(candidate -> secondsShown / candidate <= LABELS)
                .findFirst()
                .orElse(STEPS[STEPS.length - 1]);
        for (int second = 0; second <= secondsShown; second += step) {
            double x = x(second * SECOND);
            add("<line x1='%.1f' x2='%.1f' y1='0' y2='%d' stroke='#eee'/>", x, x, bottom);
            add("<text x='%.1f' y='%d' text-anchor='middle'>%s</text>", x, bottom + 14, time(second, step));
        }
    }

    private static String time(int second, int step) {
        return step % 60 == 0
                ? second / 60 + " min"
                : second < 60 ? second + " s" : String.format(Locale.ROOT, "%d:%02d", second / 60, second % 60);
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
