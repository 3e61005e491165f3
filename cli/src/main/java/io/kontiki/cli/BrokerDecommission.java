package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki broker decommission}. */
@Command(
        name = "decommission",
        description = {
            "Take a broker away for good: move all its replicas to others, wait until it is stopped, and make the cluster"
                    + " forget it. Asks first.",
            "If this command is interrupted, the moving goes on; call it again to come to the end."
        })
final class BrokerDecommission implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "ID", description = "Id of the broker.")
    private int brokerId;

    @Option(
            names = "--throttle",
            paramLabel = "RATE",
            description = "Most that one broker sends to new replicas, such as 20MB/s.")
    private Throttle throttle;

    @Option(
            names = "--stop-timeout",
            paramLabel = "TIME",
            description = "How long to wait for the broker to be stopped, once it holds nothing. Default: 10m")
    private Duration stopTimeout = Duration.ofMinutes(10);

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    BrokerDecommission(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() throws IOException {
        clients.withAdmin(admin -> BrokerUnregister.check(admin, brokerId));
        if (!yes) {
            new Confirmation(terminal)
                    .ask(
                            Integer.toString(brokerId),
                            "This takes broker " + brokerId + " out of the cluster.",
                            "not taking broker " + brokerId + " away");
        }
        return clients.withAdmin(this::decommission);
    }

    private int decommission(Admin admin) {
        evacuate(admin);
        awaitStop(admin);
        checkHoldsNothing(admin);
        admin.unregisterBroker(brokerId);
        messages.tell("unregistered broker " + brokerId);
        return ExitCode.DONE;
    }

    /** Again where a topic was created there meanwhile. */
    private void evacuate(Admin admin) {
        var moving = new Moving(terminal, messages, admin);
        for (List<TopicInfo> held = held(admin); !held.isEmpty(); held = held(admin)) {
            var underWay = UnderWay.of(admin);
            ReplicaPlan plan = plan(admin, held, underWay);
            if (!plan.isEmpty()) {
                messages.tell(
                        "moving " + Quantity.count(plan.steps().size(), "replica") + " away from broker " + brokerId);
                Set<TopicPartition> accepted = moving.begin(plan, underWay, Optional.ofNullable(throttle), false);
                if (accepted.size() < plan.steps().size()) {
                    throw new Failure(
                            ExitCode.PARTLY_DONE, "some replicas stay on broker " + brokerId, "See the errors above.");
                }
            }
            moving.await(Set.copyOf(admin.listReassignments().keySet()));
        }
        messages.tell("broker " + brokerId + " holds no replica any more");
    }

    /** It runs no more, so that nothing is placed there from now on. */
    private void checkHoldsNothing(Admin admin) {
        List<String> topics = held(admin).stream().map(TopicInfo::name).toList();
        if (!topics.isEmpty()) {
            throw new Failure(
                    ExitCode.PARTLY_DONE,
                    "broker " + brokerId + " was given replicas before it stopped, of " + String.join(", ", topics),
                    "Start it, and call this again: it moves them. The broker is still registered.");
        }
    }

    private List<TopicInfo> held(Admin admin) {
        return admin.listTopics().stream()
                .filter(topic -> topic.partitions().stream()
                        .anyMatch(partition -> partition.replicas().contains(brokerId)))
                .toList();
    }

    private ReplicaPlan plan(Admin admin, List<TopicInfo> held, UnderWay underWay) {
        var brokers = Placement.brokers(admin, id -> id != brokerId);
        var replicas = Placement.replicas(admin, held, brokers.keySet());
        var wanted = new ReplicaPlacement(brokers, replicas).evacuated();
        wanted.keySet().removeIf(partition -> !replicas.get(partition).contains(brokerId));
        return ReplicaPlan.of(held, underWay, wanted);
    }

    private void awaitStop(Admin admin) {
        long endNanos = System.nanoTime() + stopTimeout.toNanos();
        boolean told = false;
        while (BrokerUnregister.runs(admin, brokerId)) {
            if (!told) {
                told = true;
                messages.tell("stop broker " + brokerId + " now: this command waits for that");
            }
            if (System.nanoTime() - endNanos >= 0) {
                throw new Failure(
                        ExitCode.UNREACHABLE,
                        "broker " + brokerId + " holds nothing, but was not stopped within " + stopTimeout.toSeconds()
                                + " s",
                        "Stop it, and call this again: it moves what was placed there meanwhile, and makes the cluster"
                                + " forget the broker.");
            }
            Moving.pause();
        }
    }
}
