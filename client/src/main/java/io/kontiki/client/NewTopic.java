package io.kontiki.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A topic to create. Immutable; each method returns a changed copy. Names and numbers are checked by the broker.
 *
 * @param name 1 to 249 characters out of a-z, A-Z, 0-9, '.', '_' and '-'
 * @param partitions number of partitions; the broker's default, if empty
 * @param replicationFactor copies of each partition; the broker's default, if empty
 * @param configs configuration that differs from the defaults
 */
public record NewTopic(
        String name, OptionalInt partitions, OptionalInt replicationFactor, Map<String, String> configs) {

    public NewTopic {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(partitions, "partitions");
        Objects.requireNonNull(replicationFactor, "replicationFactor");
        configs = Map.copyOf(configs);
    }

    /** A topic with the broker's defaults. */
    public static NewTopic named(String name) {
        return new NewTopic(name, OptionalInt.empty(), OptionalInt.empty(), Map.of());
    }

    /** With so many partitions. */
    public NewTopic withPartitions(int count) {
        return new NewTopic(name, OptionalInt.of(count), replicationFactor, configs);
    }

    /** With so many copies of each partition. */
    public NewTopic withReplicationFactor(int factor) {
        return new NewTopic(name, partitions, OptionalInt.of(factor), configs);
    }

    /** With this configuration added. */
    public NewTopic withConfig(String key, String value) {
        var more = new LinkedHashMap<>(configs);
        more.put(key, value);
        return new NewTopic(name, partitions, replicationFactor, more);
    }
}
