package io.kontiki.benchmark.versus;

import io.kontiki.benchmark.Figures;
import java.util.Locale;

/** Numbers for people. */
public final class ShortNumber {
    private ShortNumber() {}

    /** Three digits that mean something. */
    public static String of(double value) {
        double size = Math.abs(value);
        int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** {@code median (least..most)}. */
    public static String summary(Figures figures) {
        return of(figures.median()) + " (" + of(figures.min()) + ".." + of(figures.max()) + ")";
    }
}
