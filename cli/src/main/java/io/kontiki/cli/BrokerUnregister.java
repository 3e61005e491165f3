package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki broker unregister}. */
@Command(
        name = "unregister",
        description = {
            "Make the cluster forget a broker that is gone for good. It must not be running. Asks first.",
            "Its replicas stay assigned to it until they are moved: use broker decommission while it still runs."
        })
final class BrokerUnregister implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "ID", description = "Id of the broker.")
    private int brokerId;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    BrokerUnregister(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() throws IOException {
        clients.withAdmin(this::requireStopped);
        if (!yes) {
            new Confirmation(terminal)
                    .ask(
                            Integer.toString(brokerId),
                            "This makes the cluster forget broker " + brokerId + " and what it held.",
                            "not unregistering broker " + brokerId);
        }
        long left = clients.withAdmin(admin -> {
            admin.unregisterBroker(brokerId);
            return held(admin);
        });
        messages.tell("unregistered broker " + brokerId);
        if (left > 0) {
            messages.tell("still assigned to it: " + Quantity.count(left, "replica")
                    + "; put others in their place: kontiki partition reassign");
        }
        return ExitCode.DONE;
    }

    private long held(Admin admin) {
        return admin.listTopics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(partition -> partition.replicas().contains(brokerId))
                .count();
    }

    private boolean requireStopped(Admin admin) {
        check(admin, brokerId);
        if (runs(admin, brokerId)) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    "broker " + brokerId + " is running",
                    "Stop it first; or move its replicas away: kontiki broker decommission " + brokerId);
        }
        return true;
    }

    static boolean runs(Admin admin, int brokerId) {
        return admin.describeCluster().brokers().stream()
                .anyMatch(broker -> broker.id() == brokerId && !broker.fenced());
    }

    /**
     * Whether it can go.
     *
     * @throws Failure if there is no such broker, or if it votes in the metadata quorum
     */
    static boolean check(Admin admin, int brokerId) {
        var cluster = admin.describeCluster();
        if (cluster.brokers().stream().noneMatch(broker -> broker.id() == brokerId)) {
            throw new Failure(
                    ExitCode.NOT_FOUND, "there is no broker " + brokerId, "See what there is: kontiki broker list");
        }
        if (cluster.brokers().size() == 1) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    "broker " + brokerId + " is the only broker of the cluster",
                    "Nothing can take over what it holds. To end the cluster, stop it.");
        }
        if (cluster.voters().contains(brokerId)) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    "broker " + brokerId + " votes in the metadata quorum",
                    "First: kontiki quorum remove " + brokerId + " (and give another its vote: kontiki quorum add ID)");
        }
        return true;
    }
}
