package io.kontiki.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.pcollections.PSortedMap;
import org.pcollections.PVector;

/**
 * One topic with its partitions.
 *
 * @param id drawn when it was created; tells it from an earlier topic of the same name
 * @param name 1 to 249 characters
 * @param configs configuration that differs from the defaults, checked by {@link TopicConfig}
 * @param partitions by number
 * @param configIndex index of the entry that last set {@code configs}; a change compares and sets on it
 * @param flushModeIndex index of the entry that last changed {@code flush.mode}; 0 if none did
 */
public record TopicImage(
        UUID id,
        String name,
        PSortedMap<String, String> configs,
        PVector<PartitionRegistration> partitions,
        long configIndex,
        long flushModeIndex) {
    public TopicImage {
        Objects.requireNonNull(id);
        Objects.requireNonNull(name);
        Objects.requireNonNull(configs);
        Objects.requireNonNull(partitions);
    }

    public Optional<PartitionRegistration> partition(int number) {
        return number >= 0 && number < partitions.size() ? Optional.of(partitions.get(number)) : Optional.empty();
    }

    /**
     * Numbers of the partitions for which something differs from an earlier image of this topic: their record, or the topic's
     * configuration. Ascending. A record that both images share costs one comparison of references.
     *
     * @param before empty if there was none: then it is all of them
     */
    public List<Integer> changedSince(Optional<TopicImage> before) {
        var known = before.filter(topic -> topic.configs.equals(configs))
                .map(topic -> topic.partitions.iterator())
                .orElseGet(Collections::emptyIterator);
        var changed = new ArrayList<Integer>();
        int number = 0;
        for (var partition : partitions) {
            if (!known.hasNext() || !partition.equals(known.next())) {
                changed.add(number);
            }
            number++;
        }
        return changed;
    }

    /** The configuration in force, typed. */
    public TopicConfig config() {
        return TopicConfig.of(configs);
    }

    public TopicImage withConfigs(PSortedMap<String, String> value, long index) {
        boolean sameMode = TopicConfig.of(value).flushMode() == config().flushMode();
        return new TopicImage(id, name, value, partitions, index, sameMode ? flushModeIndex : index);
    }

    public TopicImage withPartitions(PVector<PartitionRegistration> value) {
        return new TopicImage(id, name, configs, value, configIndex, flushModeIndex);
    }
}
