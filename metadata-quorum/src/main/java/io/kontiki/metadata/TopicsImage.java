package io.kontiki.metadata;

import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All topics, by id and by name; both maps hold the same topics.
 *
 * @param byId by id, in the order of {@link UUID#compareTo}
 * @param byName by name, in the order of {@link String#compareTo}
 * @param lastDeletionIndex index of the entry that last deleted a topic, 0 for none; creations compare on it
 */
public record TopicsImage(
        PSortedMap<UUID, TopicImage> byId, PSortedMap<String, TopicImage> byName, long lastDeletionIndex) {
    public static final TopicsImage EMPTY = new TopicsImage(TreePMap.empty(), TreePMap.empty(), 0);

    public TopicsImage {
        if (byId.size() != byName.size()) {
            throw new IllegalArgumentException(byId.size() + " topics by id, " + byName.size() + " by name");
        }
    }

    public Optional<TopicImage> topic(UUID id) {
        return Optional.ofNullable(byId.get(id));
    }

    public Optional<TopicImage> topic(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The topics in the order of their names. */
    public Collection<TopicImage> all() {
        return byName.values();
    }

    public int size() {
        return byId.size();
    }

    /** Adds a topic, or replaces the one of the same id; names never change. */
    public TopicsImage with(TopicImage topic) {
        return new TopicsImage(byId.plus(topic.id(), topic), byName.plus(topic.name(), topic), lastDeletionIndex);
    }

    public TopicsImage without(UUID id) {
        var topic = byId.get(id);
        return topic == null ? this : new TopicsImage(byId.minus(id), byName.minus(topic.name()), lastDeletionIndex);
    }

    public TopicsImage withLastDeletionIndex(long index) {
        return new TopicsImage(byId, byName, index);
    }
}
