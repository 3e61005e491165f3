package io.kontiki.group;

import io.kontiki.metadata.TopicPartition;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * A member as an assignor sees it.
 *
 * @param memberId its id
 * @param instanceId its name if it is a static member, else empty; static members are ordered by it, so that a restart
 *     under another member id changes nothing
 * @param topics ids of the topics that it subscribes to; those that do not exist are passed over
 * @param previous what it was meant to own before; only STICKY looks at it
 */
record Subscriber(String memberId, String instanceId, Set<UUID> topics, Collection<TopicPartition> previous) {
    /** The order in which partitions are dealt: by instance id, else by member id. */
    static final Comparator<Subscriber> ORDER =
            Comparator.comparing(Subscriber::key).thenComparing(Subscriber::memberId);

    Subscriber {
        Objects.requireNonNull(memberId);
        Objects.requireNonNull(instanceId);
        Objects.requireNonNull(topics);
        Objects.requireNonNull(previous);
    }

    private String key() {
        return instanceId.isEmpty() ? memberId : instanceId;
    }
}
