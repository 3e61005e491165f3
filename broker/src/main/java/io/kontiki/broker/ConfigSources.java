package io.kontiki.broker;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the configuration comes from; an earlier one wins over a later one.
 *
 * @param overrides what {@code --set} gives, by key
 * @param environment the variables of the process; only those that begin with {@code KONTIKI_} are read
 * @param file a properties file, in UTF-8
 * @param dev whether the values for a laptop take the place of the defaults: loopback only
 */
public record ConfigSources(
        Map<String, String> overrides, Map<String, String> environment, Optional<Path> file, boolean dev) {
    public ConfigSources {
        overrides = Map.copyOf(overrides);
        environment = Map.copyOf(environment);
    }

    /** Whether nobody said anything: a broker would form a cluster of its own, open to every interface. */
    public boolean giveNothing() {
        return !dev
                && file.isEmpty()
                && overrides.isEmpty()
                && environment.keySet().stream().noneMatch(ConfigReader::isSetting);
    }

    /**
     * Settings and nothing else, for embedded brokers. Such a one listens for HTTP only if {@code http.listener} is set: its
     * program may hold several, and tells of them in its own way.
     */
    public static ConfigSources of(Map<String, String> settings) {
        var all = new HashMap<>(settings);
        all.putIfAbsent(HttpKeys.LISTENER.name(), HttpKeys.OFF);
        return new ConfigSources(all, Map.of(), Optional.empty(), false);
    }
}
