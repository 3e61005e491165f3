package io.kontiki.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A topic's configuration, typed. What is not set has its default.
 *
 * @param flushMode when an append counts as stored
 * @param minInsyncReplicas as set; ask {@link #minIsr} for the number in force
 * @param segmentBytes size at which a segment is full, at least 1024
 * @param indexIntervalBytes log bytes between two entries of the offset index, at least 0
 * @param maxMessageBytes largest record batch, 64 to 104857600
 */
public record TopicConfig(
        FlushMode flushMode,
        OptionalInt minInsyncReplicas,
        int segmentBytes,
        int indexIntervalBytes,
        int maxMessageBytes) {
    public static final TopicConfig DEFAULTS = of(Map.of());

    /** A key with its value in force. */
    public record Entry(String key, String value, boolean isDefault) {}

    /** @throws IllegalArgumentException if {@link #problem(Map)} has one to tell */
    public static TopicConfig of(Map<String, String> configs) {
        problem(configs).ifPresent(text -> {
            throw new IllegalArgumentException(text);
        });
        var minInsync = configs.get(TopicConfigKey.MIN_INSYNC_REPLICAS.key());
        return new TopicConfig(
                value(configs, TopicConfigKey.FLUSH_MODE).equals("os") ? FlushMode.OS : FlushMode.ACK,
                minInsync == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(minInsync)),
                intValue(configs, TopicConfigKey.SEGMENT_BYTES),
                intValue(configs, TopicConfigKey.INDEX_INTERVAL_BYTES),
                intValue(configs, TopicConfigKey.MAX_MESSAGE_BYTES));
    }

    /** What is wrong, for people: names the key, the value and the limit. Empty if all is well. */
    public static Optional<String> problem(Map<String, String> configs) {
        return configs.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> problem(entry.getKey(), entry.getValue()).stream())
                .findFirst();
    }

    /** As {@link #problem(Map)}, of one setting. */
    public static Optional<String> problem(String key, String value) {
        return TopicConfigKey.find(key).map(known -> known.check(value)).orElseGet(() -> problemOfKey(key));
    }

    /** What is wrong with a key alone, such as one to be put back to its default. */
    public static Optional<String> problemOfKey(String key) {
        return TopicConfigKey.find(key).isPresent() ? Optional.empty() : Optional.of(NearestKey.unknown(key));
    }

    /** In-sync replicas that an acks=all write needs, at most the number of replicas (rule M7). */
    public int minIsr(int replicationFactor) {
        return Math.min(minInsyncReplicas.orElse(replicationFactor > 2 ? 2 : 1), replicationFactor);
    }

    /** Every key with its value in force, by key, for a topic of that replication factor. */
    public static List<Entry> entries(Map<String, String> configs, int replicationFactor) {
        var entries = new ArrayList<Entry>();
        for (var key : TopicConfigKey.values()) {
            var set = configs.get(key.key());
            var inForce = key == TopicConfigKey.MIN_INSYNC_REPLICAS
                    ? Integer.toString(of(configs).minIsr(replicationFactor))
                    : value(configs, key);
            entries.add(new Entry(key.key(), inForce, set == null));
        }
        return List.copyOf(entries);
    }

    private static int intValue(Map<String, String> configs, TopicConfigKey key) {
        return Integer.parseInt(value(configs, key));
    }

    private static String value(Map<String, String> configs, TopicConfigKey key) {
        return configs.getOrDefault(key.key(), key.defaultValue());
    }
}
