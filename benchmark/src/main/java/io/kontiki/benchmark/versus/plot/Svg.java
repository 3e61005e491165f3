package io.kontiki.benchmark.versus.plot;

import java.util.Locale;

/** Text of an SVG that grows. Lengths are in pixels. Belongs to one thread. */
final class Svg {
    private final StringBuilder shapes = new StringBuilder();

    /** @param kind its class, which the style gives a colour */
    void rectangle(String kind, double x, double y, double width, double height) {
        shapes.append(String.format(
                Locale.ROOT,
                "  <rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>%n",
                kind,
                x,
                y,
                width,
                height));
    }

    void line(String kind, double x1, double y1, double x2, double y2) {
        shapes.append(String.format(
                Locale.ROOT,
                "  <line class=\"%s\" x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\"/>%n",
                kind,
                x1,
                y1,
                x2,
                y2));
    }

    /** @param y the middle of the letters; said by a shift, as not all that draw know of other base lines */
    void text(String kind, double x, double y, String text) {
        shapes.append(String.format(
                Locale.ROOT,
                "  <text class=\"%s\" x=\"%.2f\" y=\"%.2f\" dy=\"0.35em\">%s</text>%n",
                kind,
                x,
                y,
                escaped(text)));
    }

    /** @param style of the classes */
    String document(double width, double height, String title, String style) {
        return String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$.0f %2$.0f" width="%1$.0f" height="%2$.0f" role="img">
                  <title>%3$s</title>
                  <style>
                %4$s  </style>
                %5$s</svg>
                """, width, height, escaped(title), style.indent(4), shapes);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
