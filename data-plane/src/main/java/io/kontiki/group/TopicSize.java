package io.kontiki.group;

import java.util.Objects;
import java.util.UUID;

/**
 * A topic as an assignor sees it.
 *
 * @param id its id
 * @param partitions how many it has, at least 1
 */
record TopicSize(UUID id, int partitions) {
    TopicSize {
        Objects.requireNonNull(id);
        if (partitions < 1) {
            throw new IllegalArgumentException("topic " + id + " has " + partitions + " partitions");
        }
    }
}
