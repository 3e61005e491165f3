package io.kontiki.group;

import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Which topics of the image members subscribe to, by name or by pattern. What a pattern matches is remembered, so that a
 * new topic costs one match for each pattern. Owned by one thread.
 */
final class SubscribedTopics {
    /** Patterns whose matches are remembered. */
    private static final int PATTERNS_MAX = 1000;
    /** Of a pattern that is matched with all topics, at most; some tenths of a second. */
    private static final long STEPS_MAX = 50_000_000;

    private final Map<String, Matches> patterns = new LinkedHashMap<>(16, 0.75f, true);
    private MetadataImage image = MetadataImage.EMPTY;

    MetadataImage image() {
        return image;
    }

    /**
     * Takes over the next image.
     *
     * @return names of topics that are new, gone or have another number of partitions
     */
    Set<String> onImage(MetadataImage after, MetadataDelta delta) {
        var before = image;
        image = after;
        var names = new HashSet<String>();
        for (var id : delta.removedTopics()) {
            before.topic(id).ifPresent(topic -> names.add(topic.name()));
            patterns.values().forEach(matches -> matches.matched.remove(id));
        }
        for (var id : delta.changedTopics()) {
            var old = before.topic(id);
            after.topic(id).ifPresent(topic -> {
                if (old.isEmpty()) {
                    patterns.values().forEach(matches -> matches.add(topic));
                }
                if (old.isEmpty()
                        || old.get().partitions().size() != topic.partitions().size()) {
                    names.add(topic.name());
                }
            });
        }
        return names;
    }

    /** Why a member must not subscribe by that pattern; empty if it may. */
    Optional<String> refusal(String text) {
        if (patterns.containsKey(text)) {
            return Optional.empty();
        }
        try {
            long steps = TopicPattern.of(text).size() * nameLengths();
            return steps <= STEPS_MAX
                    ? Optional.empty()
                    : Optional.of("topic_pattern is too costly: to match it with all topics takes up to " + steps
                            + " steps, at most " + STEPS_MAX + " are allowed");
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    private long nameLengths() {
        return image.topics().all().stream()
                .mapToLong(topic -> topic.name().length())
                .sum();
    }

    /** Ids of the topics of the image that the member subscribes to. */
    Set<UUID> of(MemberImage member) {
        var ids = new HashSet<UUID>();
        for (var name : member.topics()) {
            image.topic(name).ifPresent(topic -> ids.add(topic.id()));
        }
        member.topicPattern().ifPresent(pattern -> ids.addAll(matched(pattern)));
        return ids;
    }

    /** Whether the member subscribes to a topic of that name, be there one or not. */
    boolean subscribes(MemberImage member, String name) {
        if (member.topics().contains(name)) {
            return true;
        }
        if (member.topicPattern().isEmpty()) {
            return false;
        }
        var topic = image.topic(name);
        // Of a topic that is gone, the match is not remembered.
        return topic.isPresent()
                ? matched(member.topicPattern().get()).contains(topic.get().id())
                : matches(member.topicPattern().get()).pattern.matches(name);
    }

    /** Those of the topics that anyone wants, in the order of their names. */
    List<TopicSize> sizes(Collection<Subscriber> members) {
        var wanted = new HashSet<UUID>();
        members.forEach(member -> wanted.addAll(member.topics()));
        var topics = new ArrayList<TopicImage>();
        wanted.forEach(id -> image.topic(id).ifPresent(topics::add));
        topics.sort((left, right) -> left.name().compareTo(right.name()));
        return topics.stream()
                .filter(topic -> !topic.partitions().isEmpty())
                .map(topic -> new TopicSize(topic.id(), topic.partitions().size()))
                .toList();
    }

    private Set<UUID> matched(String pattern) {
        return matches(pattern).matched;
    }

    private Matches matches(String text) {
        var known = patterns.get(text);
        if (known != null) {
            return known;
        }
        var matches = new Matches(TopicPattern.of(text));
        image.topics().all().forEach(matches::add);
        patterns.put(text, matches);
        if (patterns.size() > PATTERNS_MAX) {
            patterns.remove(patterns.keySet().iterator().next());
        }
        return matches;
    }

    /** What a pattern matches. */
    private static final class Matches {
        final TopicPattern pattern;
        final Set<UUID> matched = new HashSet<>();

        Matches(TopicPattern pattern) {
            this.pattern = pattern;
        }

        void add(TopicImage topic) {
            if (pattern.matches(topic.name())) {
                matched.add(topic.id());
            }
        }
    }
}
