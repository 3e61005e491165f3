package io.kontiki.metadata;

import java.util.Objects;
import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All consumer groups.
 *
 * @param byId by id, in the order of {@link String#compareTo}
 */
public record GroupsImage(PSortedMap<String, GroupImage> byId) {
    public static final GroupsImage EMPTY = new GroupsImage(TreePMap.empty());

    public GroupsImage {
        Objects.requireNonNull(byId);
    }

    public Optional<GroupImage> group(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    public int size() {
        return byId.size();
    }

    /** Adds a group, or replaces the one of the same id. */
    public GroupsImage with(GroupImage group) {
        return new GroupsImage(byId.plus(group.id(), group));
    }

    public GroupsImage without(String id) {
        return new GroupsImage(byId.minus(id));
    }
}
