package io.kontiki.metadata;

import java.util.Map;
import java.util.regex.Pattern;

/** Sizes and durations as people write them in a configuration: a whole number, with or without a unit. */
public final class QuantityText {
    private static final Pattern FORM = Pattern.compile("(-?[0-9]{1,19})\\s*([A-Za-z]*)");
    private static final Map<String, Long> MILLIS =
            Map.of("", 1L, "ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
    private static final Map<String, Long> BYTES = Map.of(
            "",
            1L,
            "B",
            1L,
            "KB",
            1_000L,
            "MB",
            1_000_000L,
            "GB",
            1_000_000_000L,
            "KiB",
            1L << 10,
            "MiB",
            1L << 20,
            "GiB",
            1L << 30);

    private QuantityText() {}

    /**
     * A number without a unit.
     *
     * @throws IllegalArgumentException if it is none, or not a {@code long}
     */
    public static long count(String text) {
        return read(text, Map.of("", 1L));
    }

    /**
     * Bytes, or a number of B, KB, MB, GB, KiB, MiB or GiB.
     *
     * @throws IllegalArgumentException if it is none, or not a {@code long} in bytes
     */
    public static long bytes(String text) {
        return read(text, BYTES);
    }

    /**
     * Milliseconds, or a number of ms, s, m, h or d.
     *
     * @throws IllegalArgumentException if it is none, or not a {@code long} in milliseconds
     */
    public static long millis(String text) {
        return read(text, MILLIS);
    }

    private static long read(String text, Map<String, Long> units) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches() || !units.containsKey(matcher.group(2))) {
            throw new IllegalArgumentException("no quantity: " + Excerpt.of(text));
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), units.get(matcher.group(2)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("beyond a long: " + Excerpt.of(text), e);
        }
    }
}
