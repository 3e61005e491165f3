package io.kontiki.service;

import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.tree.MetadataNode;
import io.kontiki.metadata.tree.MetadataPath;
import io.kontiki.metadata.tree.MetadataTree;
import io.kontiki.metadata.tree.NoSuchNodeException;
import io.kontiki.metadata.tree.NodeWalk;
import io.kontiki.metadata.tree.QuorumFacts;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.GetNodeRequest;
import io.kontiki.proto.v1.GetNodeResponse;
import io.kontiki.proto.v1.ListNodesRequest;
import io.kontiki.proto.v1.ListNodesResponse;
import io.kontiki.proto.v1.MetaNode;
import io.kontiki.proto.v1.MetaServiceGrpc;
import java.util.List;
import java.util.function.Supplier;

/** Shows the metadata as a tree, from this broker's own image. Any thread; nothing here waits. */
public final class MetaGrpcService extends MetaServiceGrpc.MetaServiceImplBase {
    private static final int DEPTH_MAX = 16;
    private static final int PAGE_MAX = 1_000;
    /** A page must fit into the 4 MiB that clients take by default; the node that passes this is still in it. */
    private static final int PAGE_BYTES_MAX = 2 << 20;

    private final LocalMetadata metadata;
    private final Supplier<QuorumFacts> quorum;

    /** @param quorum what this broker knows of the quorum now */
    public MetaGrpcService(LocalMetadata metadata, Supplier<QuorumFacts> quorum) {
        this.metadata = metadata;
        this.quorum = quorum;
    }

    @Override
    public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> out) {
        var path = path(request.getPath());
        var tree = tree();
        out.onNext(GetNodeResponse.newBuilder()
                .setNode(message(path, node(tree, path), true))
                .setTerm(tree.position().term())
                .setIndex(tree.position().index())
                .build());
        out.onCompleted();
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> out) {
        var path = path(request.getPath());
        int depth = limited("depth", request.getDepth(), 1, DEPTH_MAX);
        int size = limited("page_size", request.getPageSize(), PAGE_MAX, PAGE_MAX);
        var after = after(path, request.getPageToken());
        var tree = tree();
        var page = new Page(size, request.getValues());
        var walk = new NodeWalk(depth, page::add);
        boolean whole = walk.below(path, node(tree, path), after);
        out.onNext(page.response
                .setNextPageToken(whole ? "" : page.last)
                .setTerm(tree.position().term())
                .setIndex(tree.position().index())
                .build());
        out.onCompleted();
    }

    /** What is answered, until it is full. A full one is told by the node that does not go in. */
    private static final class Page {
        private final ListNodesResponse.Builder response = ListNodesResponse.newBuilder();
        private final int size;
        private final boolean values;
        private int bytes;
        private String last = "";

        Page(int size, boolean values) {
            this.size = size;
            this.values = values;
        }

        boolean add(MetadataPath path, MetadataNode node) {
            if (response.getNodesCount() == size || bytes > PAGE_BYTES_MAX) {
                return false;
            }
            var message = message(path, node, values);
            bytes += message.getSerializedSize();
            response.addNodes(message);
            last = message.getPath();
            return true;
        }
    }

    private MetadataTree tree() {
        return new MetadataTree(RequestLimits.ready(metadata.current()), quorum.get());
    }

    private static MetadataNode node(MetadataTree tree, MetadataPath path) {
        try {
            return tree.node(path);
        } catch (NoSuchNodeException e) {
            throw RequestLimits.refused(ErrorReason.ERROR_REASON_NODE_NOT_FOUND, "path", e.getMessage());
        }
    }

    private static MetaNode message(MetadataPath path, MetadataNode node, boolean value) {
        var message = MetaNode.newBuilder().setPath(path.toString()).setChildren(node.childCount());
        if (value) {
            node.value().ifPresent(message::setValue);
        }
        node.version().ifPresent(message::setVersion);
        return message.build();
    }

    private static MetadataPath path(String text) {
        try {
            return MetadataPath.parse(text);
        } catch (IllegalArgumentException e) {
            throw RequestLimits.refused(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "path", e.getMessage());
        }
    }

    /** The token is the path of the last node of the page before. */
    private static List<String> after(MetadataPath path, String token) {
        if (token.isEmpty()) {
            return List.of();
        }
        try {
            var last = MetadataPath.parse(token);
            if (last.depth() > path.depth() && last.upTo(path.depth()).equals(path)) {
                return last.names().subList(path.depth(), last.depth());
            }
        } catch (IllegalArgumentException e) {
            // No token of ours; told below.
        }
        throw RequestLimits.refused(
                ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                "page_token",
                "page_token is not one that a list of " + path + " returned");
    }

    private static int limited(String field, int value, int unset, int max) {
        if (value < 0 || value > max) {
            throw RequestLimits.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    field,
                    field + " " + value + " is not within 1 to " + max);
        }
        return value == 0 ? unset : value;
    }
}
