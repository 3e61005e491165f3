package io.kontiki.metadata.tree;

import io.kontiki.json.JsonFields;
import io.kontiki.metadata.MetadataImage;
import java.util.Map;
import java.util.OptionalLong;

/** {@code /configs}. */
final class ConfigNodes {
    private ConfigNodes() {}

    static MetadataNode configs(MetadataImage image) {
        var configs = image.configs();
        var nodes = Nodes.names();
        nodes.put(
                "brokers",
                () -> Nodes.branch(
                        Nodes.byNumber(image.brokers(), (id, broker) -> config(configs.of(id), configs.index()))));
        nodes.put("cluster", () -> config(configs.cluster(), configs.index()));
        nodes.put("topics", () -> TopicNodes.configs(image));
        return Nodes.branch(Nodes.named(nodes));
    }

    /** What is set, by key. */
    static MetadataNode config(Map<String, String> configs, long index) {
        return Nodes.leaf(
                () -> {
                    var config = new JsonFields();
                    configs.forEach(config::put);
                    return new JsonFields().put("config", config);
                },
                OptionalLong.of(index));
    }
}
