package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What one broker sends to new replicas at most, on the command line {@code 20MB/s}, {@code 512KiB/s} or {@code none}.
 *
 * @param bytesPerSecondMax at least 1; empty for no limit
 */
record Throttle(OptionalLong bytesPerSecondMax) {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,15})\\s*([kmg]i?b|b)(?:/s)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Map<String, Long> UNITS = Map.of(
            "b",
            1L,
            "kb",
            1_000L,
            "mb",
            1_000_000L,
            "gb",
            1_000_000_000L,
            "kib",
            1L << 10,
            "mib",
            1L << 20,
            "gib",
            1L << 30);

    /** As it is typed, such as {@code 20 MB/s} or {@code none}. */
    static String text(OptionalLong bytesPerSecondMax) {
        return bytesPerSecondMax.isPresent() ? Quantity.rate(bytesPerSecondMax.getAsLong()) : "none";
    }

    /** What it means for a move, as the end of a sentence. */
    static String words(OptionalLong bytesPerSecondMax) {
        return bytesPerSecondMax.isPresent()
                ? "at most " + text(bytesPerSecondMax) + " from each sending broker"
                : "without a throttle";
    }

    /** From the command line. */
    static final class Text implements ITypeConverter<Throttle> {
        @Override
        public Throttle convert(String text) {
            if (text.equalsIgnoreCase("none")) {
                return new Throttle(OptionalLong.empty());
            }
            if (NUMBER.matcher(text).matches()) {
                throw new TypeConversionException(
                        "'" + text + "' has no unit; did you mean " + text + "MB/s? One byte per second is 1B/s");
            }
            Matcher parts = FORM.matcher(text);
            if (parts.matches()) {
                try {
                    long rate = Math.multiplyExact(
                            Long.parseLong(parts.group(1)),
                            UNITS.get(parts.group(2).toLowerCase(Locale.ROOT)));
                    if (rate >= 1) {
                        return new Throttle(OptionalLong.of(rate));
                    }
                } catch (ArithmeticException tooMuch) {
                    // As below.
                }
            }
            throw new TypeConversionException(
                    "'" + text + "' is no rate of at least 1 byte such as 20MB/s or 512KiB/s, nor none");
        }
    }
}
