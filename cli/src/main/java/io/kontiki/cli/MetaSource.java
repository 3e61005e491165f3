package io.kontiki.cli;

import io.kontiki.client.MetadataNode;
import java.util.function.Predicate;

/** Where {@code kontiki meta} reads. One thread. */
interface MetaSource {
    /** How deep the tree can be at most, with room to spare. */
    int DEPTH_MAX = 16;

    /** The node at an absolute path. Fails if there is none. */
    MetadataNode node(String path);

    /**
     * Visits the nodes below one, each before its children.
     *
     * @param depth how far below, 1 to {@link #DEPTH_MAX}
     * @param values whether their values are wanted, too
     * @param visitor false ends it
     */
    void visit(String path, int depth, boolean values, Predicate<MetadataNode> visitor);
}
