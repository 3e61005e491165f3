package io.kontiki.metadata;

import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * Configuration of brokers that was set while they ran ({@link DynamicKey}). It goes before what their files say.
 *
 * @param byScope what is set, by broker id, and by {@link #CLUSTER} for all brokers; no scope is without entries
 * @param index of the entry that last changed any of it, 0 for none; changes compare on it
 */
public record ConfigsImage(PSortedMap<Integer, PSortedMap<String, String>> byScope, long index) {
    /** In the place of a broker id: all brokers. */
    public static final int CLUSTER = -1;

    public static final ConfigsImage EMPTY = new ConfigsImage(TreePMap.empty(), 0);

    /** What is set for all brokers, by key. */
    public PSortedMap<String, String> cluster() {
        return of(CLUSTER);
    }

    /** What is set for one broker alone, or for {@link #CLUSTER}, by key. */
    public PSortedMap<String, String> of(int scope) {
        var configs = byScope.get(scope);
        return configs == null ? TreePMap.empty() : configs;
    }

    /** With these instead of what was set for a broker, or for {@link #CLUSTER}. */
    public ConfigsImage with(int scope, PSortedMap<String, String> configs, long changeIndex) {
        return new ConfigsImage(configs.isEmpty() ? byScope.minus(scope) : byScope.plus(scope, configs), changeIndex);
    }
}
