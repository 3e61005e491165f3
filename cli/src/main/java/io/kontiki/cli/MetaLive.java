package io.kontiki.cli;

import io.kontiki.client.Admin;
import io.kontiki.client.MetadataNode;
import java.util.function.Predicate;

/** The metadata as the broker that answers has it. */
record MetaLive(Admin admin) implements MetaSource {
    @Override
    public MetadataNode node(String path) {
        return admin.metadataNode(path);
    }

    @Override
    public void visit(String path, int depth, boolean values, Predicate<MetadataNode> visitor) {
        admin.visitMetadata(path, depth, values, visitor);
    }
}
