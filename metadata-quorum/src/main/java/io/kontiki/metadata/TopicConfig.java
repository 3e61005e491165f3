package io.kontiki.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A topic's configuration, typed. What is not set has its default.
 *
 * @param minInsyncReplicas as set; ask {@link #minIsr} for the number in force
 * @param uncleanLeaderElection whether a replica that may lack committed records leads by itself, if no other is left
 */
public record TopicConfig(
        Flush flush,
        OptionalInt minInsyncReplicas,
        Segments segments,
        Retention retention,
        Compaction compaction,
        Messages messages,
        boolean uncleanLeaderElection) {
    public static final TopicConfig DEFAULTS = of(Map.of());

    /**
     * When the log is forced to the disk.
     *
     * @param mode when an append counts as stored
     * @param messages with {@link FlushMode#OS}: records after which it is forced, at least 1
     * @param millis with {@link FlushMode#OS}: age at which a record is forced, at least 1
     */
    public record Flush(FlushMode mode, long messages, long millis) {}

    /**
     * How the log is cut into files.
     *
     * @param bytes size at which a segment is full, at least 1024
     * @param millis age at which a segment is closed, at least 1
     * @param indexIntervalBytes log bytes between two entries of the offset index, at least 0
     */
    public record Segments(int bytes, long millis, int indexIntervalBytes) {}

    /**
     * When old segments go.
     *
     * @param enabled whether {@code cleanup.policy} has {@code delete}; if not, only what was asked to be deleted goes
     * @param millis age of a segment's newest record; -1 is no limit
     * @param bytes size of the partition; -1 is no limit
     */
    public record Retention(boolean enabled, long millis, long bytes) {}

    /**
     * When old values of a key go.
     *
     * @param enabled whether {@code cleanup.policy} has {@code compact}
     * @param minDirtyRatio share of bytes that must be uncompacted, 0 to 1
     * @param minLagMillis how long a record stays as it is, at least 0
     * @param maxLagMillis age at which it is compacted whatever the ratio, at least 1
     * @param deleteRetentionMillis how long tombstones stay, at least 0
     */
    public record Compaction(
            boolean enabled, double minDirtyRatio, long minLagMillis, long maxLagMillis, long deleteRetentionMillis) {}

    /**
     * What producers may send.
     *
     * @param maxBytes largest record batch, 64 to 104857600
     * @param logAppendTime whether the leader puts its own time stamps on what it appends
     * @param timestampBeforeMaxMillis how far a time stamp may lie behind the leader's clock, at least 0
     * @param timestampAfterMaxMillis how far a time stamp may lie ahead of it, at least 0
     */
    public record Messages(
            int maxBytes, boolean logAppendTime, long timestampBeforeMaxMillis, long timestampAfterMaxMillis) {}

    /** A key with its value in force. */
    public record Entry(String key, String value, boolean isDefault) {}

    /** @throws IllegalArgumentException if {@link #problem(Map)} has one to tell */
    public static TopicConfig of(Map<String, String> configs) {
        problem(configs).ifPresent(text -> {
            throw new IllegalArgumentException(text);
        });
        var values = new Values(configs);
        var policies = List.of(values.text(TopicConfigKey.CLEANUP_POLICY).split(","));
        var minInsync = configs.get(TopicConfigKey.MIN_INSYNC_REPLICAS.key());
        return new TopicConfig(
                new Flush(
                        values.text(TopicConfigKey.FLUSH_MODE).equals("os") ? FlushMode.OS : FlushMode.ACK,
                        values.number(TopicConfigKey.FLUSH_MESSAGES),
                        values.number(TopicConfigKey.FLUSH_MS)),
                minInsync == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(minInsync)),
                new Segments(
                        values.integer(TopicConfigKey.SEGMENT_BYTES),
                        values.number(TopicConfigKey.SEGMENT_MS),
                        values.integer(TopicConfigKey.INDEX_INTERVAL_BYTES)),
                new Retention(
                        policies.contains("delete"),
                        values.number(TopicConfigKey.RETENTION_MS),
                        values.number(TopicConfigKey.RETENTION_BYTES)),
                new Compaction(
                        policies.contains("compact"),
                        Double.parseDouble(values.text(TopicConfigKey.MIN_CLEANABLE_DIRTY_RATIO)),
                        values.number(TopicConfigKey.MIN_COMPACTION_LAG_MS),
                        values.number(TopicConfigKey.MAX_COMPACTION_LAG_MS),
                        values.number(TopicConfigKey.DELETE_RETENTION_MS)),
                new Messages(
                        values.integer(TopicConfigKey.MAX_MESSAGE_BYTES),
                        values.text(TopicConfigKey.MESSAGE_TIMESTAMP_TYPE).equals("LogAppendTime"),
                        values.number(TopicConfigKey.MESSAGE_TIMESTAMP_BEFORE_MAX_MS),
                        values.number(TopicConfigKey.MESSAGE_TIMESTAMP_AFTER_MAX_MS)),
                values.text(TopicConfigKey.UNCLEAN_LEADER_ELECTION_ENABLE).equals("true"));
    }

    /**
     * What is wrong, for people: names the key, the value and the limit. Empty if all is well.
     *
     * @param configs all that is set for a topic, since some settings must fit each other
     */
    public static Optional<String> problem(Map<String, String> configs) {
        return configs.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> problem(entry.getKey(), entry.getValue()).stream())
                .findFirst()
                .or(() -> contradiction(new Values(configs)));
    }

    private static Optional<String> contradiction(Values values) {
        long min = values.number(TopicConfigKey.MIN_COMPACTION_LAG_MS);
        long max = values.number(TopicConfigKey.MAX_COMPACTION_LAG_MS);
        return min <= max
                ? Optional.empty()
                : Optional.of("config min.compaction.lag.ms is " + min
                        + ", but must be at most max.compaction.lag.ms, which is " + max);
    }

    /** As {@link #problem(Map)}, of one setting. */
    public static Optional<String> problem(String key, String value) {
        return TopicConfigKey.find(key).map(known -> known.check(value)).orElseGet(() -> problemOfKey(key));
    }

    /**
     * The settings as they are stored: a size or duration with a unit, as in {@code 64KiB} or {@code 7d}, becomes the plain
     * number of bytes or milliseconds, so that all brokers read it, those of earlier versions too. What is none stays as it
     * is, for {@link #problem(Map)} to name.
     */
    public static Map<String, String> plain(Map<String, String> configs) {
        var plain = new TreeMap<>(configs);
        plain.replaceAll((key, value) ->
                TopicConfigKey.find(key).map(known -> known.plain(value)).orElse(value));
        return plain;
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
                    : new Values(configs).text(key);
            entries.add(new Entry(key.key(), inForce, set == null));
        }
        return List.copyOf(entries);
    }

    public FlushMode flushMode() {
        return flush.mode();
    }

    /** What is set, over the defaults. */
    private record Values(Map<String, String> configs) {
        String text(TopicConfigKey key) {
            return configs.getOrDefault(key.key(), key.defaultValue());
        }

        long number(TopicConfigKey key) {
            return Long.parseLong(text(key));
        }

        int integer(TopicConfigKey key) {
            return Integer.parseInt(text(key));
        }
    }
}
