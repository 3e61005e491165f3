package io.kontiki.cli.output;

import java.util.List;
import java.util.Locale;

/** Amounts as people read them. JSON carries the plain numbers instead. */
public final class Quantity {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private record Unit(String name, long bytes) {}

    /** In the order in which they are tried. */
    private static final List<Unit> RATE_UNITS = List.of(
            new Unit("GB", 1_000_000_000),
            new Unit("MB", 1_000_000),
            new Unit("KB", 1_000),
            new Unit("GiB", 1 << 30),
            new Unit("MiB", 1 << 20),
            new Unit("KiB", 1 << 10));

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

    /** A limit as people give it, exactly: {@code 500 KB/s}, {@code 512 KiB/s} or {@code 1234 B/s}. */
    public static String rate(long bytesPerSecond) {
        for (var unit : RATE_UNITS) {
            if (bytesPerSecond > 0 && bytesPerSecond % unit.bytes() == 0) {
                return bytesPerSecond / unit.bytes() + " " + unit.name() + "/s";
            }
        }
        return bytesPerSecond + " B/s";
    }

    /** A measured rate such as {@code 1.2 MB/s}, in the units in which limits are given. */
    public static String rateAbout(long bytesPerSecond) {
        return bytesPerSecond < 1_000
                ? bytesPerSecond + " B/s"
                : bytesPerSecond < 999_950
                        ? String.format(Locale.ROOT, "%.1f KB/s", bytesPerSecond / 1e3)
                        : String.format(Locale.ROOT, "%.1f MB/s", bytesPerSecond / 1e6);
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
