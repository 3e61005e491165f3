package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.DocumentFormat;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.Quantity;
import io.kontiki.cli.output.Table;
import io.kontiki.cli.output.Table.Column;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.ClusterDescription;
import io.kontiki.client.ServerInfo;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code kontiki cluster info}. */
@Command(name = "info", description = "Show the cluster as a whole, and the broker that answers.")
final class ClusterInfo implements Callable<Integer> {
    private record Answer(ClusterDescription cluster, ServerInfo server) {}

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "One of ${COMPLETION-CANDIDATES}. Default: table")
    private DocumentFormat format = DocumentFormat.TABLE;

    ClusterInfo(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        Answer answer = clients.withAdmin(admin -> new Answer(admin.describeCluster(), admin.serverInfo()));
        terminal.print(
                switch (format) {
                    case TABLE -> text(answer);
                    case JSON -> JsonText.document(json(answer));
                });
        QuorumText.mayBeOld(answer.cluster()).ifPresent(messages::tell);
        return ExitCode.DONE;
    }

    private static String text(Answer answer) {
        ClusterDescription cluster = answer.cluster();
        ServerInfo server = answer.server();
        long fenced = cluster.brokers().stream().filter(BrokerInfo::fenced).count();
        return new Table(Column.text("CLUSTER"), Column.text(cluster.clusterId()))
                .row("controller", controller(cluster))
                .row("voters", PartitionState.ids(cluster.voters()))
                .row("brokers", cluster.brokers().size() + (fenced == 0 ? "" : " (" + fenced + " fenced)"))
                .row("topics", Integer.toString(cluster.topics()))
                .row("partitions", Integer.toString(cluster.partitions()))
                .row("offline partitions", Integer.toString(cluster.offlinePartitions()))
                .row("under-replicated partitions", Integer.toString(cluster.underReplicatedPartitions()))
                .row("metadata version", Long.toString(cluster.metadataVersion()))
                .row("answered by", "broker " + server.brokerId() + ", version " + server.version())
                .row("largest batch", Quantity.bytes(server.maxMessageBytes()))
                .row("features", String.join(",", server.features()))
                .render();
    }

    private static String controller(ClusterDescription cluster) {
        return cluster.controllerId().isPresent()
                ? "broker " + cluster.controllerId().getAsInt()
                : "none";
    }

    private static JsonObject json(Answer answer) {
        ClusterDescription cluster = answer.cluster();
        var object = new JsonObject();
        object.addProperty("clusterId", cluster.clusterId());
        object.addProperty("version", cluster.metadataVersion());
        var brokers = new JsonArray();
        cluster.brokers().forEach(broker -> brokers.add(BrokerList.json(broker)));
        object.add("brokers", brokers);
        cluster.controllerId()
                .ifPresentOrElse(
                        id -> object.addProperty("controllerId", id),
                        () -> object.add("controllerId", JsonNull.INSTANCE));
        object.add("voters", JsonText.numbers(cluster.voters()));
        object.addProperty("topics", cluster.topics());
        object.addProperty("partitions", cluster.partitions());
        object.addProperty("offlinePartitions", cluster.offlinePartitions());
        object.addProperty("underReplicatedPartitions", cluster.underReplicatedPartitions());
        object.add("server", json(answer.server()));
        return object;
    }

    private static JsonObject json(ServerInfo server) {
        var object = new JsonObject();
        object.addProperty("version", server.version());
        object.addProperty("brokerId", server.brokerId());
        object.addProperty("maxMessageBytes", server.maxMessageBytes());
        object.addProperty("maxRequestBytes", server.maxRequestBytes());
        object.addProperty("maxTopicNameLength", server.maxTopicNameLength());
        var features = new JsonArray();
        server.features().forEach(features::add);
        object.add("features", features);
        return object;
    }
}
