package io.kontiki.metadata.tree;

import io.kontiki.json.JsonFields;
import io.kontiki.metadata.MetadataImage;
import java.util.OptionalLong;
import java.util.TreeMap;

/** {@code /quorum} and {@code /controller}. */
final class QuorumNodes {
    private QuorumNodes() {}

    static MetadataNode controller(QuorumFacts quorum) {
        return Nodes.leaf(() -> leader(quorum), quorum.term());
    }

    static MetadataNode controllerEpoch(QuorumFacts quorum) {
        return Nodes.leaf(() -> known("term", quorum.term(), new JsonFields()), quorum.term());
    }

    static MetadataNode quorum(MetadataImage image, QuorumFacts quorum) {
        var nodes = Nodes.names();
        nodes.put(
                "image",
                () -> Nodes.leaf(() -> new JsonFields()
                        .put("term", image.position().term())
                        .put("index", image.position().index())));
        nodes.put("leader", () -> Nodes.leaf(() -> leader(quorum), quorum.term()));
        nodes.put(
                "log",
                () -> Nodes.leaf(() -> known(
                        "committed_index", quorum.committedIndex(), known("term", quorum.term(), new JsonFields()))));
        nodes.put(
                "voters",
                () -> Nodes.branch(Nodes.byNumber(new TreeMap<>(quorum.voters()), (id, name) -> voter(id, name))));
        return Nodes.of(
                () -> {
                    var value = new JsonFields().put("id", quorum.quorumId());
                    known("term", quorum.term(), value);
                    putLeader("leader", quorum, value);
                    return value.putNumbers("voters", quorum.voters().keySet());
                },
                OptionalLong.empty(),
                Nodes.named(nodes));
    }

    private static MetadataNode voter(int id, String name) {
        return Nodes.leaf(() -> {
            var value = new JsonFields().put("brokerid", id);
            int at = name.indexOf('@');
            return at < 0
                    ? value.putNull("member").putNull("address")
                    : value.put("member", name.substring(0, at)).put("address", name.substring(at + 1));
        });
    }

    private static JsonFields leader(QuorumFacts quorum) {
        return putLeader("brokerid", quorum, new JsonFields());
    }

    private static JsonFields putLeader(String name, QuorumFacts quorum, JsonFields value) {
        return quorum.leaderId().isPresent() ? value.put(name, quorum.leaderId().getAsInt()) : value.putNull(name);
    }

    private static JsonFields known(String name, OptionalLong number, JsonFields value) {
        return number.isPresent() ? value.put(name, number.getAsLong()) : value.putNull(name);
    }
}
