package io.kontiki.benchmark.versus.load;

import java.util.Arrays;
import java.util.Locale;

/** Times in the order of their length. */
final class Percentiles {
    private static final double NANOS_PER_MILLI = 1e6;

    private final long[] sorted;

    /** @param nanos at least one, in ns */
    Percentiles(long[] nanos) {
        sorted = nanos.clone();
        Arrays.sort(sorted);
    }

    /** The shortest time that at least this share (0 to 1) does not exceed, in ms. */
    String millis(double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return String.format(Locale.ROOT, "%.3f", sorted[Math.max(rank, 1) - 1] / NANOS_PER_MILLI);
    }
}
