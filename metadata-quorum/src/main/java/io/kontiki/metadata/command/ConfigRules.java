package io.kontiki.metadata.command;

import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * What dynamic configuration of brokers may be. What a key means is checked by the controller alone, before there is a
 * command: versions that know different keys must come to the same image (decision 25). Sizes are checked by apply, too.
 */
public final class ConfigRules {
    private static final int CONFIGS_MAX = 100;
    private static final int KEY_CHARS_MAX = 255;
    private static final int VALUE_CHARS_MAX = 255;

    private ConfigRules() {}

    /**
     * A refusal if a key is not dynamic, or not there, or a value is not allowed.
     *
     * @param scope a broker, or {@link ConfigsImage#CLUSTER}
     */
    public static Optional<CommandReply> checkMeaning(
            MetadataImage image, int scope, Map<String, String> set, Collection<String> removed) {
        for (var key : removed) {
            // One that a later version set can be removed by this one.
            boolean known = DynamicKey.find(key).isPresent()
                    || image.configs().of(scope).containsKey(key);
            if (!known) {
                return refused(DynamicKey.unknown(key));
            }
            if (set.containsKey(key)) {
                return refused("config " + key + " is both set and removed");
            }
        }
        return set.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> problem(scope, entry.getKey(), entry.getValue()).stream())
                .findFirst()
                .flatMap(ConfigRules::refused);
    }

    private static Optional<String> problem(int scope, String name, String value) {
        var key = DynamicKey.find(name);
        if (key.isEmpty()) {
            return Optional.of(DynamicKey.unknown(name));
        }
        return key.get().clusterWide() && scope != ConfigsImage.CLUSTER
                ? Optional.of(name + " can be set for the whole cluster only, not for broker " + scope)
                : key.get().check(value);
    }

    /** A refusal if there is no such broker. */
    public static Optional<CommandReply> checkScope(MetadataImage image, int scope) {
        return scope == ConfigsImage.CLUSTER || image.broker(scope).isPresent()
                ? Optional.empty()
                : Optional.of(Replies.invalid("broker_id is " + scope + ", but no such broker is registered"));
    }

    /** A refusal of more than an image should hold. */
    static Optional<CommandReply> checkSizes(Map<String, String> configs) {
        if (configs.size() > CONFIGS_MAX) {
            return refused(configs.size() + " configs would be set, but at most " + CONFIGS_MAX + " may be");
        }
        for (var entry : configs.entrySet()) {
            int keyChars = entry.getKey().length();
            int valueChars = entry.getValue().length();
            if (keyChars < 1 || keyChars > KEY_CHARS_MAX) {
                return refused("config key \"" + Excerpt.of(entry.getKey()) + "\" has " + keyChars
                        + " characters, not 1 to " + KEY_CHARS_MAX);
            }
            if (valueChars > VALUE_CHARS_MAX) {
                return refused("config " + entry.getKey() + " has a value of " + valueChars + " characters, not 0 to "
                        + VALUE_CHARS_MAX);
            }
        }
        return Optional.empty();
    }

    private static Optional<CommandReply> refused(String message) {
        return Optional.of(Replies.refusal(ErrorReason.ERROR_REASON_INVALID_CONFIG, message));
    }
}
