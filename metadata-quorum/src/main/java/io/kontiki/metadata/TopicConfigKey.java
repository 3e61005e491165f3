package io.kontiki.metadata;

import java.util.Optional;

/** The configuration keys of a topic, named as Kafka names them where the meaning is Kafka's. */
public enum TopicConfigKey {
    FLUSH_MODE("flush.mode", "ack", "ack: a write counts once forced to the disk; os: once given to the system") {
        @Override
        Optional<String> check(String value) {
            return value.equals("ack") || value.equals("os") ? Optional.empty() : wrong(value, "ack or os");
        }
    },
    INDEX_INTERVAL_BYTES("index.interval.bytes", "4096", "log bytes between two entries of the offset index") {
        @Override
        Optional<String> check(String value) {
            return checkInt(value, 0, Integer.MAX_VALUE);
        }
    },
    MAX_MESSAGE_BYTES("max.message.bytes", "1048588", "largest record batch, in bytes") {
        @Override
        Optional<String> check(String value) {
            return checkInt(value, 64, 100 * 1024 * 1024);
        }
    },
    /** Unset, it is 2 where the replication factor is above 2, else 1. */
    MIN_INSYNC_REPLICAS("min.insync.replicas", "", "in-sync replicas that an acks=all write needs") {
        @Override
        Optional<String> check(String value) {
            return checkInt(value, 1, Short.MAX_VALUE);
        }
    },
    SEGMENT_BYTES("segment.bytes", "1073741824", "size at which a log segment is full, in bytes") {
        @Override
        Optional<String> check(String value) {
            return checkInt(value, 1024, Integer.MAX_VALUE);
        }
    };

    private final String key;
    private final String defaultValue;
    private final String description;

    TopicConfigKey(String key, String defaultValue, String description) {
        this.key = key;
        this.defaultValue = defaultValue;
        this.description = description;
    }

    /** The key as users write it. */
    public String key() {
        return key;
    }

    /** The default as users write it; empty if it depends on the topic. */
    public String defaultValue() {
        return defaultValue;
    }

    /** One line for people. */
    public String description() {
        return description;
    }

    /** What is wrong with a value, for people; empty if it is allowed. */
    abstract Optional<String> check(String value);

    static Optional<TopicConfigKey> find(String key) {
        for (var each : values()) {
            if (each.key.equals(key)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    Optional<String> checkInt(String value, int min, int max) {
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return Optional.empty();
            }
        } catch (NumberFormatException e) {
            // Told below with the limits, as a number out of range is.
        }
        return wrong(value, "a whole number from " + min + " to " + max);
    }

    Optional<String> wrong(String value, String allowed) {
        return Optional.of("config " + key + " is \"" + Excerpt.of(value) + "\", but must be " + allowed);
    }
}
