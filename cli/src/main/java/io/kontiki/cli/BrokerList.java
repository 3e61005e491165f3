package io.kontiki.cli;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.Listing;
import io.kontiki.client.Admin;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.ClusterDescription;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kontiki broker list}. */
@Command(name = "list", description = "Show all brokers.")
final class BrokerList implements Callable<Integer> {
    private record Row(BrokerInfo broker, ClusterDescription cluster) {
        String role() {
            boolean controls =
                    cluster.controllerId().isPresent() && cluster.controllerId().getAsInt() == broker.id();
            if (controls) {
                return "controller";
            }
            return cluster.voters().contains(broker.id()) ? "voter" : "";
        }

        String state() {
            if (broker.shuttingDown()) {
                return "stopping";
            }
            return broker.fenced() ? "fenced" : "ok";
        }
    }

    private static final Listing<Row> LISTING = new Listing<Row>(
                    "brokers", row -> Integer.toString(row.broker().id()), row -> json(row.broker()))
            .number("ID", row -> row.broker().id())
            .text("ADDRESS", row -> address(row.broker()))
            .text("RACK", row -> row.broker().rack().orElse(""))
            .text("ROLE", Row::role)
            .wideNumber("EPOCH", row -> row.broker().epoch())
            .text("STATE", Row::state);

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Mixin
    private ListOutput output = new ListOutput();

    BrokerList(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        ClusterDescription cluster = clients.withAdmin(Admin::describeCluster);
        var rows = cluster.brokers().stream()
                .map(broker -> new Row(broker, cluster))
                .toList();
        terminal.print(LISTING.render(rows, output.format()));
        QuorumText.mayBeOld(cluster).ifPresent(messages::tell);
        return ExitCode.DONE;
    }

    static JsonObject json(BrokerInfo broker) {
        var object = new JsonObject();
        object.addProperty("id", broker.id());
        object.addProperty("host", broker.host());
        object.addProperty("port", broker.port());
        broker.rack()
                .ifPresentOrElse(rack -> object.addProperty("rack", rack), () -> object.add("rack", JsonNull.INSTANCE));
        object.addProperty("epoch", broker.epoch());
        object.addProperty("fenced", broker.fenced());
        object.addProperty("shuttingDown", broker.shuttingDown());
        return object;
    }

    private static String address(BrokerInfo broker) {
        String host = broker.host().indexOf(':') < 0 ? broker.host() : "[" + broker.host() + "]";
        return host + ":" + broker.port();
    }
}
