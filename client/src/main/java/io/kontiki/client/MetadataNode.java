package io.kontiki.client;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A node of the cluster's metadata, which is shown as a tree.
 *
 * @param path from the root, such as {@code /brokers/ids/1}
 * @param value JSON on one line; empty if the node only has children, or its value was not asked for
 * @param children how many, at least 0
 * @param version what changes of the node compare and set on, an epoch or an index; empty if it has none of its own
 * @param term of the metadata log, at the entry that the answer reflects
 * @param index of that entry
 */
public record MetadataNode(
        String path, Optional<String> value, int children, OptionalLong version, long term, long index) {
    public MetadataNode {
        Objects.requireNonNull(path);
        Objects.requireNonNull(value);
        Objects.requireNonNull(version);
    }
}
