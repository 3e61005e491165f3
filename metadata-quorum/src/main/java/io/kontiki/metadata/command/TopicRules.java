package io.kontiki.metadata.command;

import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** What a topic may be. The controller checks it first, to answer early; apply checks it again, to be sure. */
public final class TopicRules {
    public static final int NAME_LENGTH_MAX = 249;
    public static final int PARTITIONS_MAX = 10_000;

    private TopicRules() {}

    /** A refusal if the name is not allowed. */
    public static Optional<CommandReply> checkName(String name) {
        if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
            return badName("topic name \"" + Excerpt.of(name) + "\" has " + name.length() + " characters, not 1 to "
                    + NAME_LENGTH_MAX);
        }
        if (name.equals(".") || name.equals("..")) {
            return badName("topic name \"" + name + "\" is not allowed: it names a directory");
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isLegal(name.charAt(i))) {
                return badName("topic name \"" + Excerpt.of(name) + "\" has an illegal character at position " + i
                        + "; allowed are a-z, A-Z, 0-9, '.', '_' and '-'");
            }
        }
        return Optional.empty();
    }

    /** A refusal if the count is out of range. */
    public static Optional<CommandReply> checkPartitions(int count) {
        return count >= 1 && count <= PARTITIONS_MAX
                ? Optional.empty()
                : Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_INVALID_PARTITIONS,
                        "partitions is " + count + ", not 1 to " + PARTITIONS_MAX));
    }

    /** A refusal if a key is unknown or a value is not allowed. */
    public static Optional<CommandReply> checkConfigs(Map<String, String> configs) {
        return TopicConfig.problem(configs).map(TopicRules::badConfig);
    }

    /** As {@link #checkConfigs(Map)}, of a change; a key is either set or removed. */
    public static Optional<CommandReply> checkConfigs(Map<String, String> set, Collection<String> removed) {
        for (var key : removed) {
            var problem = TopicConfig.problemOfKey(key);
            if (problem.isPresent()) {
                return problem.map(TopicRules::badConfig);
            }
            if (set.containsKey(key)) {
                return Optional.of(badConfig("config " + key + " is both set and removed"));
            }
        }
        return checkConfigs(set);
    }

    private static CommandReply badConfig(String message) {
        return Replies.refusal(ErrorReason.ERROR_REASON_INVALID_CONFIG, message);
    }

    private static Optional<CommandReply> badName(String message) {
        return Optional.of(Replies.refusal(ErrorReason.ERROR_REASON_INVALID_TOPIC_NAME, message));
    }

    static boolean isLegal(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }
}
