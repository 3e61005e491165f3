package io.kontiki.metadata.tree;

import java.util.List;
import java.util.function.BiPredicate;

/**
 * Visits the nodes below one, each before its children, and can go on behind any path: that node need not be there any
 * more, so a walk may be spread over several images. Used once.
 */
public final class NodeWalk {
    private final BiPredicate<MetadataPath, MetadataNode> visitor;
    private final int depthMax;

    /**
     * @param depthMax how far below the first node, at least 1: its children only
     * @param visitor told of each node; false ends the walk
     */
    public NodeWalk(int depthMax, BiPredicate<MetadataPath, MetadataNode> visitor) {
        if (depthMax < 1) {
            throw new IllegalArgumentException("depth " + depthMax + " is below 1");
        }
        this.depthMax = depthMax;
        this.visitor = visitor;
    }

    /**
     * Walks below {@code start}, which is not visited itself.
     *
     * @param after names below {@code start} of the last node that was visited before; empty to begin
     * @return whether it came to its end
     */
    public boolean below(MetadataPath path, MetadataNode start, List<String> after) {
        return below(path, start, after, depthMax);
    }

    private boolean below(MetadataPath path, MetadataNode node, List<String> after, int depthLeft) {
        if (depthLeft == 0) {
            return true;
        }
        var first = "";
        if (!after.isEmpty()) {
            first = after.get(0);
            var partly = node.child(first);
            var rest = after.subList(1, after.size());
            if (partly.isPresent() && !below(path.child(first), partly.get(), rest, depthLeft - 1)) {
                return false;
            }
        }
        for (var names = node.namesAfter(first).iterator(); names.hasNext(); ) {
            var name = names.next();
            var child = node.child(name).orElseThrow();
            var childPath = path.child(name);
            if (!visitor.test(childPath, child) || !below(childPath, child, List.of(), depthLeft - 1)) {
                return false;
            }
        }
        return true;
    }
}
