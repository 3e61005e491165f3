package io.kontiki.metadata.command;

import io.kontiki.metadata.GroupsDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which groups and offsets one command touched. Only these are compared in the end, so that a commit costs what it stores
 * and not what the group has.
 */
final class GroupsEdit {
    private final MetadataImage before;
    private final Set<String> groups = new TreeSet<>();
    private final Map<String, Set<TopicPartition>> offsets = new TreeMap<>();

    GroupsEdit(MetadataImage before) {
        this.before = before;
    }

    void touch(String group) {
        groups.add(group);
    }

    void touch(String group, TopicPartition partition) {
        offsets.computeIfAbsent(group, id -> new TreeSet<>()).add(partition);
    }

    /** What is different now. */
    GroupsDelta delta(MetadataImage after) {
        var delta = new GroupsDelta.Builder();
        for (var id : groups) {
            var old = before.group(id);
            var now = after.group(id);
            if (now.isEmpty() && old.isPresent()) {
                delta.removed(id);
            } else if (now.isPresent() && (old.isEmpty() || !now.get().equalsButOffsets(old.get()))) {
                delta.changed(id);
            }
        }
        offsets.forEach((id, partitions) -> partitions.forEach(partition -> addOffset(delta, after, id, partition)));
        return delta.build(before.slots() != after.slots() && !before.slots().equals(after.slots()));
    }

    private void addOffset(GroupsDelta.Builder delta, MetadataImage after, String id, TopicPartition partition) {
        var group = after.group(id);
        if (group.isEmpty()) {
            return;
        }
        var old = before.group(id).flatMap(known -> known.offset(partition));
        var now = group.get().offset(partition);
        if (now.isPresent() && !now.equals(old)) {
            delta.offsetChanged(id, partition);
        } else if (now.isEmpty() && old.isPresent()) {
            delta.offsetRemoved(id, partition);
        }
    }
}
