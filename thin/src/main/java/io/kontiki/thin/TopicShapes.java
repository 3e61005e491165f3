package io.kontiki.thin;

import java.util.Optional;

/**
 * What the broker's own metadata says of topics, so that a bad call is refused before any of it is written and without
 * waiting for anybody. Thread-safe; never blocks.
 */
@FunctionalInterface
public interface TopicShapes {
    /** The topic of this name, which may be anything; empty if there is none. */
    Optional<TopicShape> topic(String name);

    /**
     * What counts of a topic.
     *
     * @param partitions how many, at least 1
     * @param maxMessageBytes largest batch that it takes
     */
    record TopicShape(int partitions, int maxMessageBytes) {}
}
