package io.kontiki.metadata;

import java.util.Objects;
import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All consumer groups.
 *
 * @param byId by id, in the order of {@link String#compareTo}
 * @param offsetsSize what the offsets of all take
 */
public record GroupsImage(PSortedMap<String, GroupImage> byId, OffsetsSize offsetsSize) {
    public static final GroupsImage EMPTY = new GroupsImage(TreePMap.empty(), OffsetsSize.NONE);

    public GroupsImage {
        Objects.requireNonNull(byId);
        Objects.requireNonNull(offsetsSize);
    }

    public Optional<GroupImage> group(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    public int size() {
        return byId.size();
    }

    /** Adds a group, or replaces the one of the same id. */
    public GroupsImage with(GroupImage group) {
        return new GroupsImage(
                byId.plus(group.id(), group),
                offsetsSize.minus(sizeOf(group.id())).plus(group.offsets().size()));
    }

    public GroupsImage without(String id) {
        return new GroupsImage(byId.minus(id), offsetsSize.minus(sizeOf(id)));
    }

    private OffsetsSize sizeOf(String id) {
        var present = byId.get(id);
        return present == null ? OffsetsSize.NONE : present.offsets().size();
    }
}
