package io.kontiki.client;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a member wants to read.
 *
 * @param topics names, in order
 * @param pattern that whole names match; empty for none
 */
record Subscription(TreeSet<String> topics, String pattern) {
    static final Subscription NONE = new Subscription(new TreeSet<>(), "");
    private static final int TOPICS_MAX = 1000;
    private static final int PATTERN_BYTES_MAX = 1000;

    static Subscription to(Collection<String> names) {
        Limits.within("number of topics", Set.copyOf(names).size(), 1, TOPICS_MAX);
        if (names.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a topic name is empty");
        }
        return new Subscription(new TreeSet<>(names), "");
    }

    static Subscription to(Pattern names) {
        if (names.flags() != 0) {
            throw new IllegalArgumentException(
                    "pattern '" + names + "' has flags: write them into it, as in (?i)orders");
        }
        Limits.within("pattern bytes", names.pattern().getBytes(StandardCharsets.UTF_8).length, 1, PATTERN_BYTES_MAX);
        return new Subscription(new TreeSet<>(), names.pattern());
    }

    boolean isEmpty() {
        return topics.isEmpty() && pattern.isEmpty();
    }

    io.kontiki.proto.v1.Subscription toWire() {
        return io.kontiki.proto.v1.Subscription.newBuilder()
                .addAllTopics(topics)
                .setTopicPattern(pattern)
                .build();
    }
}
