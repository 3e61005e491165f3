package io.kontiki.client;

import java.util.Objects;
import java.util.Optional;

/**
 * A key of a broker's configuration.
 *
 * @param brokerId the broker
 * @param key its name
 * @param value in force, as it was written; empty if there is none, or if it is derived from others
 * @param source what set it
 * @param origin the same in words, such as the file
 * @param dynamic whether {@link Admin#alterConfigs} can change it
 */
public record BrokerConfigEntry(
        int brokerId, String key, Optional<String> value, ConfigSource source, String origin, boolean dynamic) {
    public BrokerConfigEntry {
        Objects.requireNonNull(key);
        Objects.requireNonNull(value);
        Objects.requireNonNull(source);
        Objects.requireNonNull(origin);
    }
}
