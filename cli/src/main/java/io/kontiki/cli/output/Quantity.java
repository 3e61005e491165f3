package io.kontiki.cli.output;

import java.util.Locale;

/** Amounts as people read them. JSON carries the plain numbers instead. */
public final class Quantity {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Quantity() {}

    /** A size such as {@code 512 B} or {@code 1.2 GiB}. */
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        // 1023.95 would print as 1024.0: move on to the next unit before rounding gets there.
        while (amount >= 1023.95 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
    }

    /** A time span such as {@code 0.8 s} or {@code 2 m 05 s}. */
    public static String nanos(long nanos) {
        double seconds = nanos / 1e9;
        if (seconds < 59.95) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return String.format(Locale.ROOT, "%d m %02d s", whole / 60, whole % 60);
    }

    /** A count with its noun: {@code 1 record}, {@code 2 records}. */
    public static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
