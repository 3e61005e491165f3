package io.kontiki.cli;

import io.kontiki.client.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where to begin to read: {@code earliest}, {@code latest}, an offset, {@code -N} for the last N of each partition, or
 * {@code @TIME}: milliseconds since 1970, RFC 3339 with its zone, a day (in UTC), or a time span for so long ago. A time
 * without a zone is refused: it would mean something else on each machine.
 */
final class PositionText implements ITypeConverter<Position> {
    private static final String FORMS =
            "earliest, latest, OFFSET, -N, @MILLIS, @2026-01-31T12:00:00Z (with a zone), @2026-01-31 or @-15m";

    private final InstantSource clock;

    PositionText(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Position convert(String text) {
        try {
            return parse(text);
        } catch (DateTimeParseException | IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is no place to begin: use " + FORMS);
        }
    }

    private Position parse(String text) {
        if (text.equals("earliest")) {
            return Position.earliest();
        } else if (text.equals("latest")) {
            return Position.latest();
        } else if (text.startsWith("@")) {
            return Position.timestampMs(millis(text.substring(1)));
        } else if (text.startsWith("-")) {
            return Position.last(digits(text.substring(1)));
        }
        return Position.offset(digits(text));
    }

    private long millis(String time) {
        if (isDigits(time)) {
            return digits(time);
        } else if (time.startsWith("-")) {
            Duration ago = DurationText.parse(time.substring(1));
            return clock.instant().minus(ago).toEpochMilli();
        } else if (time.length() == "2026-01-31".length()) {
            return startOfDay(time).toEpochMilli();
        }
        return OffsetDateTime.parse(time).toInstant().toEpochMilli();
    }

    private static Instant startOfDay(String day) {
        return LocalDate.parse(day).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long digits(String text) {
        if (!isDigits(text)) {
            throw new IllegalArgumentException(text);
        }
        return Long.parseLong(text);
    }
}
