package io.kontiki.metadata;

import java.util.Map;
import java.util.UUID;
import org.pcollections.PSortedSet;
import org.pcollections.TreePSet;

/**
 * What differs between two images; the new values are in the new image.
 *
 * @param changedBrokers ids of brokers that are new or whose registration changed
 * @param removedBrokers ids of brokers that are gone
 * @param changedTopics ids of topics that are new, or of which the configuration or a partition changed
 * @param removedTopics ids of topics that are gone
 * @param changedConfigs brokers whose dynamic configuration changed, and {@link ConfigsImage#CLUSTER} for that of the cluster
 * @param groups what changed in groups and coordinator slots
 */
public record MetadataDelta(
        PSortedSet<Integer> changedBrokers,
        PSortedSet<Integer> removedBrokers,
        PSortedSet<UUID> changedTopics,
        PSortedSet<UUID> removedTopics,
        PSortedSet<Integer> changedConfigs,
        GroupsDelta groups) {
    /** Nothing that brokers, topics, configuration or groups show; the position, cluster id or producer ids may have moved on. */
    public static final MetadataDelta EMPTY = new MetadataDelta(
            TreePSet.empty(),
            TreePSet.empty(),
            TreePSet.empty(),
            TreePSet.empty(),
            TreePSet.empty(),
            GroupsDelta.EMPTY);

    public boolean isEmpty() {
        return isOfGroupsOnly() && groups.isEmpty();
    }

    /**
     * Whether it names no broker, no topic and no configuration, as most entries do in a cluster whose consumers commit. Also true if it
     * is empty. Whoever cares for brokers and topics alone has nothing to do then.
     */
    public boolean isOfGroupsOnly() {
        return changedBrokers.isEmpty()
                && removedBrokers.isEmpty()
                && changedTopics.isEmpty()
                && removedTopics.isEmpty()
                && changedConfigs.isEmpty();
    }

    /** The same, with these of its changed topics. */
    public MetadataDelta withChangedTopics(PSortedSet<UUID> value) {
        return new MetadataDelta(changedBrokers, removedBrokers, value, removedTopics, changedConfigs, groups);
    }

    /** Everything in {@code image}, as seen from an empty one. */
    public static MetadataDelta full(MetadataImage image) {
        return between(MetadataImage.EMPTY, image);
    }

    /** Compares two images noun by noun; where they share an object, that costs one pointer comparison. */
    public static MetadataDelta between(MetadataImage before, MetadataImage after) {
        return new MetadataDelta(
                changed(before.brokers(), after.brokers()),
                removed(before.brokers(), after.brokers()),
                changed(before.topics().byId(), after.topics().byId()),
                removed(before.topics().byId(), after.topics().byId()),
                changed(before.configs().byScope(), after.configs().byScope())
                        .plusAll(removed(
                                before.configs().byScope(), after.configs().byScope())),
                GroupsDelta.between(before, after));
    }

    private static <K extends Comparable<? super K>, V> PSortedSet<K> changed(Map<K, V> before, Map<K, V> after) {
        PSortedSet<K> keys = TreePSet.empty();
        if (before == after) {
            return keys;
        }
        for (var entry : after.entrySet()) {
            var old = before.get(entry.getKey());
            if (old != entry.getValue() && !entry.getValue().equals(old)) {
                keys = keys.plus(entry.getKey());
            }
        }
        return keys;
    }

    private static <K extends Comparable<? super K>, V> PSortedSet<K> removed(Map<K, V> before, Map<K, V> after) {
        PSortedSet<K> keys = TreePSet.empty();
        if (before == after) {
            return keys;
        }
        for (var key : before.keySet()) {
            if (!after.containsKey(key)) {
                keys = keys.plus(key);
            }
        }
        return keys;
    }
}
