package io.kontiki.metadata;

import java.util.TreeMap;
import java.util.TreeSet;
import org.pcollections.PSortedMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * What differs between two images in groups and slots; the new values are in the new image.
 *
 * @param changed ids of groups that are new, or of which anything but offsets changed
 * @param removed ids of groups that are gone, with their offsets
 * @param changedOffsets by group id: partitions whose offset is new or different; no group without any
 * @param removedOffsets by group id: partitions without an offset any more, of groups that are still there
 * @param slotsChanged whether a slot has another owner or epoch
 */
public record GroupsDelta(
        PSortedSet<String> changed,
        PSortedSet<String> removed,
        PSortedMap<String, PSortedSet<TopicPartition>> changedOffsets,
        PSortedMap<String, PSortedSet<TopicPartition>> removedOffsets,
        boolean slotsChanged) {
    public static final GroupsDelta EMPTY =
            new GroupsDelta(TreePSet.empty(), TreePSet.empty(), TreePMap.empty(), TreePMap.empty(), false);

    public boolean isEmpty() {
        return changed.isEmpty()
                && removed.isEmpty()
                && changedOffsets.isEmpty()
                && removedOffsets.isEmpty()
                && !slotsChanged;
    }

    /** How many offsets it names. */
    public int offsets() {
        return count(changedOffsets) + count(removedOffsets);
    }

    private static int count(PSortedMap<String, PSortedSet<TopicPartition>> offsets) {
        return offsets.values().stream().mapToInt(PSortedSet::size).sum();
    }

    /**
     * Compares two images. Looks at each group, but into those only that are not the same object in both; use what a
     * command gave where there is one.
     */
    static GroupsDelta between(MetadataImage before, MetadataImage after) {
        var delta = new Builder();
        if (before.groups().byId() != after.groups().byId()) {
            for (var id : before.groups().byId().keySet()) {
                if (after.groups().group(id).isEmpty()) {
                    delta.removed(id);
                }
            }
            for (var group : after.groups().byId().values()) {
                var old = before.groups().group(group.id());
                if (old.isEmpty() || !old.get().equalsButOffsets(group)) {
                    delta.changed(group.id());
                }
                addOffsets(delta, old.orElseGet(() -> GroupImage.empty(group.id())), group);
            }
        }
        return delta.build(!before.slots().equals(after.slots()));
    }

    private static void addOffsets(Builder delta, GroupImage before, GroupImage after) {
        if (before.offsets() == after.offsets()) {
            return;
        }
        after.offsets().byTopic().forEach((topic, offsets) -> {
            if (offsets != before.offsets().byTopic().get(topic)) {
                offsets.forEach((number, offset) -> {
                    var partition = new TopicPartition(topic, number);
                    if (!before.offset(partition).filter(offset::equals).isPresent()) {
                        delta.offsetChanged(after.id(), partition);
                    }
                });
            }
        });
        before.offsets().byTopic().forEach((topic, offsets) -> {
            if (offsets != after.offsets().byTopic().get(topic)) {
                for (int number : offsets.keySet()) {
                    var partition = new TopicPartition(topic, number);
                    if (after.offset(partition).isEmpty()) {
                        delta.offsetRemoved(after.id(), partition);
                    }
                }
            }
        });
    }

    /** Gathers what changed. */
    public static final class Builder {
        private final TreeSet<String> changed = new TreeSet<>();
        private final TreeSet<String> removed = new TreeSet<>();
        private final TreeMap<String, TreeSet<TopicPartition>> changedOffsets = new TreeMap<>();
        private final TreeMap<String, TreeSet<TopicPartition>> removedOffsets = new TreeMap<>();

        public void changed(String group) {
            changed.add(group);
        }

        public void removed(String group) {
            removed.add(group);
        }

        public void offsetChanged(String group, TopicPartition partition) {
            changedOffsets.computeIfAbsent(group, id -> new TreeSet<>()).add(partition);
        }

        public void offsetRemoved(String group, TopicPartition partition) {
            removedOffsets.computeIfAbsent(group, id -> new TreeSet<>()).add(partition);
        }

        public GroupsDelta build(boolean slotsChanged) {
            var delta = new GroupsDelta(
                    TreePSet.fromSortedSet(changed),
                    TreePSet.fromSortedSet(removed),
                    frozen(changedOffsets),
                    frozen(removedOffsets),
                    slotsChanged);
            return delta.isEmpty() ? EMPTY : delta;
        }

        private static PSortedMap<String, PSortedSet<TopicPartition>> frozen(
                TreeMap<String, TreeSet<TopicPartition>> sets) {
            var frozen = new TreeMap<String, PSortedSet<TopicPartition>>();
            sets.forEach((group, set) -> frozen.put(group, TreePSet.fromSortedSet(set)));
            return TreePMap.fromSortedMap(frozen);
        }
    }
}
