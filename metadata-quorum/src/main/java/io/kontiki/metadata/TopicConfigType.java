package io.kontiki.metadata;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a configuration value may be, of a topic or of a broker while it runs.
 *
 * @param limits what is allowed, in words that fit after "must be"
 * @param unit what a number counts
 */
record TopicConfigType(String limits, TopicConfigKey.Unit unit, Predicate<String> allowed) {
    static TopicConfigType number(TopicConfigKey.Unit unit, long min, long max) {
        var limits = max == Long.MAX_VALUE ? "of at least " + min : "from " + min + " to " + max;
        return new TopicConfigType("a whole number " + limits + example(unit), unit, text -> {
            try {
                // The reader of a broker's file: what it does not take ends the broker that is told of it.
                long number = QuantityText.count(text);
                return number >= min && number <= max;
            } catch (IllegalArgumentException e) {
                return false;
            }
        });
    }

    /** The value as it is stored, a number without a unit where it is one; else as it is. */
    String plain(String value) {
        try {
            return switch (unit) {
                case NONE -> Long.toString(QuantityText.count(value));
                case BYTES -> Long.toString(QuantityText.bytes(value));
                case MILLIS -> Long.toString(QuantityText.millis(value));
            };
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    private static String example(TopicConfigKey.Unit unit) {
        return switch (unit) {
            case NONE -> "";
            case BYTES -> " (bytes), as in 65536 or 64KiB";
            case MILLIS -> " (milliseconds), as in 60000 or 7d";
        };
    }

    /** A share from 0 to 1. */
    static TopicConfigType ratio() {
        return new TopicConfigType(
                "a number from 0 to 1, as in 0.5",
                TopicConfigKey.Unit.NONE,
                text -> text.matches("[0-9]{1,2}(\\.[0-9]{1,16})?") && Double.parseDouble(text) <= 1);
    }

    static TopicConfigType words(String... words) {
        return new TopicConfigType(String.join(" or ", words), TopicConfigKey.Unit.NONE, List.of(words)::contains);
    }
}
