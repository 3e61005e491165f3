package io.kontiki.simulation;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The names in a directory as programs see them, and as the last flush left them. Not thread-safe. */
final class UnflushedNames implements MemoryNode {
    private final TreeMap<String, MemoryNode> visible = new TreeMap<>();
    private final TreeMap<String, MemoryNode> durable = new TreeMap<>();
    /** What leads from the durable names to the visible ones, oldest first. */
    private final List<Change> changes = new ArrayList<>();

    /** One step, which is kept or lost as a whole: what the names become, and which one goes. */
    private record Change(String removedOrNull, String addedOrNull, MemoryNode added) {
        void applyTo(Map<String, MemoryNode> names) {
            if (removedOrNull != null) {
                names.remove(removedOrNull);
            }
            if (addedOrNull != null) {
                names.put(addedOrNull, added);
            }
        }
    }

    /** By name; what programs see. */
    TreeMap<String, MemoryNode> visible() {
        return visible;
    }

    void add(String name, MemoryNode node) {
        apply(new Change(null, name, node));
    }

    void remove(String name) {
        apply(new Change(name, null, null));
    }

    void rename(String source, String target) {
        apply(new Change(source, target, visible.get(source)));
    }

    private void apply(Change change) {
        change.applyTo(visible);
        changes.add(change);
    }

    void force() {
        changes.forEach(change -> change.applyTo(durable));
        changes.clear();
    }

    @Override
    public boolean isFlushed() {
        return changes.isEmpty() && visible.values().stream().allMatch(MemoryNode::isFlushed);
    }

    @Override
    public UnflushedNames after(PowerCut cut) {
        TreeMap<String, MemoryNode> names = new TreeMap<>(durable);
        cut.kept(changes).forEach(change -> change.applyTo(names));
        UnflushedNames left = new UnflushedNames();
        // A file may be left under two names.
        Map<MemoryNode, MemoryNode> nodes = new IdentityHashMap<>();
        names.forEach((name, node) -> left.visible.put(name, nodes.computeIfAbsent(node, old -> old.after(cut))));
        left.durable.putAll(left.visible);
        return left;
    }
}
