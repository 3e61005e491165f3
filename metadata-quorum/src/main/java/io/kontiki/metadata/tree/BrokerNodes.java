package io.kontiki.metadata.tree;

import io.kontiki.json.JsonFields;
import io.kontiki.metadata.BrokerRegistration;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/** {@code /brokers/ids/ID}. */
final class BrokerNodes {
    private BrokerNodes() {}

    static MetadataNode broker(BrokerRegistration broker) {
        return Nodes.leaf(() -> value(broker), OptionalLong.of(broker.epoch()));
    }

    private static JsonFields value(BrokerRegistration broker) {
        var directories = new JsonFields();
        broker.directories().forEach((id, online) -> directories.put(id.toString(), online ? "online" : "offline"));
        return new JsonFields()
                .putTexts("endpoints", List.of("GRPC://" + broker.endpoint()))
                .put("host", broker.endpoint().host())
                .put("port", broker.endpoint().port())
                .put("rack", broker.rack())
                .put("epoch", broker.epoch())
                .put("fenced", broker.fenced())
                .put("shutting_down", broker.shuttingDown())
                .put("fencing_index", broker.fencingIndex())
                .put("incarnation", broker.incarnation().toString())
                .put("base", broker.base().map(UUID::toString))
                .put("directories", directories);
    }
}
