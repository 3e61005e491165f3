package io.kontiki.metadata.tree;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** One node of the tree. Immutable; what is below it is made when asked for. */
public interface MetadataNode {
    /** What it holds, as JSON on one line; empty if it only has children. */
    Optional<String> value();

    /**
     * The number that changes of it compare and set on: an epoch, or an index in the metadata log. Empty if it has none
     * of its own.
     */
    OptionalLong version();

    int childCount();

    /**
     * Names of the children behind that one, in their order; one that is not there any more has its place all the same.
     *
     * @param name empty for all
     */
    Stream<String> namesAfter(String name);

    /** The child of that name. */
    Optional<MetadataNode> child(String name);
}
