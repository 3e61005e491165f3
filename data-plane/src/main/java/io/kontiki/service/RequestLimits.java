package io.kontiki.service;

import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchPartition;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sizes that are checked before anything is done with a request. What the values mean is judged later, by those who know.
 * Each method throws the refusal as a gRPC status.
 */
final class RequestLimits {
    /** Longest topic name, in characters. */
    static final int TOPIC_NAME_CHARS_MAX = 249;

    private static final int CONFIGS_MAX = 100;
    private static final int CONFIG_KEY_CHARS_MAX = 255;
    private static final int CONFIG_VALUE_CHARS_MAX = 4096;
    private static final int NAMES_MAX = 1000;
    private static final int PARTITIONS_MAX = 1000;

    private RequestLimits() {}

    static void topicName(String name) {
        if (name.isEmpty() || name.length() > TOPIC_NAME_CHARS_MAX) {
            throw refused(
                    ErrorReason.ERROR_REASON_INVALID_TOPIC_NAME,
                    "name",
                    "topic name \"" + Excerpt.of(name) + "\" has " + name.length() + " characters, but must have 1 to "
                            + TOPIC_NAME_CHARS_MAX);
        }
    }

    /** Names that select topics; none may be there. */
    static void topicNames(Collection<String> names) {
        count(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "topics", names.size(), NAMES_MAX);
        names.forEach(RequestLimits::topicName);
    }

    /** Entries of a call for many partitions: more of them are refused as a whole, since each answer would be an entry, too. */
    static void partitions(int count) {
        count(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "partitions", count, PARTITIONS_MAX);
    }

    /** One that is named twice would be read twice, beyond what its answer may take. */
    static void eachOnce(List<FetchPartition> partitions) {
        if (partitions.size() == 1) {
            return;
        }
        Set<String> seen = new HashSet<>();
        for (FetchPartition entry : partitions) {
            String name = entry.getTopic() + "/" + entry.getPartition();
            if (!seen.add(name)) {
                throw refused(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "partitions",
                        "partitions has " + Excerpt.of(name) + " twice, each may be there once");
            }
        }
    }

    static void configs(String field, Map<String, String> configs) {
        configKeys(field, configs.keySet());
        configs.forEach((key, value) -> {
            if (value.length() > CONFIG_VALUE_CHARS_MAX) {
                throw refused(
                        ErrorReason.ERROR_REASON_INVALID_CONFIG,
                        field,
                        "config " + Excerpt.of(key) + " has a value of " + value.length() + " characters, at most "
                                + CONFIG_VALUE_CHARS_MAX + " are allowed");
            }
        });
    }

    static void configKeys(String field, Collection<String> keys) {
        count(ErrorReason.ERROR_REASON_INVALID_CONFIG, field, keys.size(), CONFIGS_MAX);
        for (var key : keys) {
            if (key.isEmpty() || key.length() > CONFIG_KEY_CHARS_MAX) {
                throw refused(
                        ErrorReason.ERROR_REASON_INVALID_CONFIG,
                        field,
                        "config key \"" + Excerpt.of(key) + "\" has " + key.length()
                                + " characters, but must have 1 to " + CONFIG_KEY_CHARS_MAX);
            }
        }
    }

    /** The image, if this broker has one already. */
    static MetadataImage ready(MetadataImage image) {
        if (image.clusterId().isEmpty()) {
            throw ServiceErrors.exception(
                    ErrorReason.ERROR_REASON_STARTING, "this broker has not received the cluster's metadata yet");
        }
        return image;
    }

    static RuntimeException refused(ErrorReason reason, String field, String message) {
        return ServiceErrors.exception(Refusal.ofField(reason, field, message));
    }

    private static void count(ErrorReason reason, String field, int count, int max) {
        if (count > max) {
            throw refused(reason, field, field + " has " + count + " entries, at most " + max + " are allowed");
        }
    }
}
