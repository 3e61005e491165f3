package io.kontiki.client;

import java.time.Duration;

/** Checks of arguments. Each failure names the field, the value and the limit. */
final class Limits {
    private Limits() {}

    static long atLeast(String field, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(field + " is " + value + ", must be at least " + min);
        }
        return value;
    }

    static long within(String field, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(field + " is " + value + ", must be " + min + " to " + max);
        }
        return value;
    }

    static Duration within(String field, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(field + " is " + value + ", must be " + min + " to " + max);
        }
        return value;
    }
}
