package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.kontiki.proto.v1.GetNodeRequest;
import io.kontiki.proto.v1.ListNodesRequest;
import io.kontiki.proto.v1.MetaNode;
import io.kontiki.proto.v1.MetaServiceGrpc;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** The calls that look into the metadata. They block. Thread-safe. */
final class MetaCalls {
    private final AnyBroker anyBroker;

    MetaCalls(AnyBroker anyBroker) {
        this.anyBroker = anyBroker;
    }

    /** See {@link Admin#metadataNode}. */
    MetadataNode node(String path) {
        var request = GetNodeRequest.newBuilder().setPath(path).build();
        var answer =
                anyBroker.read((channel, deadline) -> meta(channel, deadline).getNode(request));
        return node(answer.getNode(), answer.getTerm(), answer.getIndex());
    }

    /** See {@link Admin#visitMetadata}. */
    void visit(String path, int depth, boolean values, Predicate<MetadataNode> visitor) {
        var pageToken = "";
        do {
            var request = ListNodesRequest.newBuilder()
                    .setPath(path)
                    .setDepth(depth)
                    .setValues(values)
                    .setPageToken(pageToken)
                    .build();
            var page = anyBroker.read(
                    (channel, deadline) -> meta(channel, deadline).listNodes(request));
            for (var node : page.getNodesList()) {
                if (!visitor.test(node(node, page.getTerm(), page.getIndex()))) {
                    return;
                }
            }
            pageToken = page.getNextPageToken();
        } while (!pageToken.isEmpty());
    }

    private static MetadataNode node(MetaNode node, long term, long index) {
        return new MetadataNode(
                node.getPath(),
                node.hasValue() ? Optional.of(node.getValue()) : Optional.empty(),
                node.getChildren(),
                node.hasVersion() ? OptionalLong.of(node.getVersion()) : OptionalLong.empty(),
                term,
                index);
    }

    private static MetaServiceGrpc.MetaServiceBlockingStub meta(Channel channel, Deadline deadline) {
        return MetaServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
    }
}
