package io.kontiki.cli;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** So many bytes per second, on the command line {@code 20MB/s}, {@code 512KiB/s} or plain bytes. */
record ByteRate(long bytesPerSecond) {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,15})\\s*([kmg]i?b|b)?(?:/s)?", Pattern.CASE_INSENSITIVE);
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

    /** From the command line. */
    static final class Text implements ITypeConverter<ByteRate> {
        @Override
        public ByteRate convert(String text) {
            Matcher parts = FORM.matcher(text);
            if (parts.matches()) {
                String unit = parts.group(2) == null ? "b" : parts.group(2).toLowerCase(Locale.ROOT);
                try {
                    long rate = Math.multiplyExact(Long.parseLong(parts.group(1)), UNITS.get(unit));
                    if (rate >= 1) {
                        return new ByteRate(rate);
                    }
                } catch (ArithmeticException tooMuch) {
                    // As below.
                }
            }
            throw new TypeConversionException(
                    "'" + text + "' is no rate of at least 1 byte such as 20MB/s, 512KiB/s or 1000000");
        }
    }
}
