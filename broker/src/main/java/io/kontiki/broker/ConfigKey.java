package io.kontiki.broker;

import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.Excerpt;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * One key of the broker's configuration.
 *
 * @param name as in the file and after {@code --set}: lower case letters, digits and dots
 * @param type how its value is read, and what is allowed
 * @param defaultText the value if nothing sets it; empty if it is then derived or has none
 * @param doc one line for people, which tells what is derived
 */
record ConfigKey<T>(String name, ConfigType<T> type, Optional<String> defaultText, String doc) {
    static final String ENVIRONMENT_PREFIX = "KONTIKI_";

    static <T> ConfigKey<T> withDefault(String name, ConfigType<T> type, String defaultText, String doc) {
        return new ConfigKey<>(name, type, Optional.of(defaultText), doc);
    }

    static <T> ConfigKey<T> optional(String name, ConfigType<T> type, String doc) {
        return new ConfigKey<>(name, type, Optional.empty(), doc);
    }

    /** One that changes while the broker runs, by the name and within the limits that the quorum knows. */
    static <T> ConfigKey<T> dynamic(DynamicKey key, Function<String, T> parser, String defaultText, String doc) {
        return withDefault(key.key(), ConfigType.dynamic(key, parser), defaultText, doc);
    }

    /** The environment variable that sets it. */
    String environmentName() {
        return environmentName(name);
    }

    static String environmentName(String name) {
        return ENVIRONMENT_PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /**
     * @param text the value itself
     * @param written as it was written, with references in it; only this is shown
     * @throws IllegalArgumentException with a message that names key, value and limits
     */
    T parse(String text, String written) {
        try {
            return type.parser().apply(text.strip());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    name + " is \"" + Excerpt.of(written) + "\", but must be " + type.limits(), e);
        }
    }
}
