package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kontiki partition balance}. */
@Command(
        name = "balance",
        description = {
            "Plan how to spread replicas and leaders evenly over all brokers that can hold them, moving as few as that"
                    + " takes. Counts partitions, not bytes.",
            "Shows the plan; with --execute does it and waits."
        })
final class PartitionBalance implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Option(names = "--execute", description = "Do what is planned.")
    private boolean execute;

    @Option(
            names = "--throttle",
            paramLabel = "RATE",
            description = "Most that one broker sends to new replicas, such as 20MB/s.")
    private Throttle throttle;

    @Mixin
    private ListOutput output = new ListOutput();

    PartitionBalance(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        return clients.withAdmin(this::balance);
    }

    private int balance(Admin admin) {
        List<TopicInfo> topics = admin.listTopics();
        var brokers = Placement.brokers(admin, id -> true);
        var placement = new ReplicaPlacement(brokers, Placement.replicas(admin, topics, brokers.keySet()));
        var underWay = UnderWay.of(admin);
        ReplicaPlan plan =
                ReplicaPlan.of(topics, underWay, placement.balanced()).open(underWay);
        if (plan.isEmpty()) {
            messages.tell("nothing to move: replicas and leaders are spread evenly");
            return ExitCode.DONE;
        }
        terminal.print(plan.render(output));
        if (!execute) {
            messages.tell(
                    Quantity.count(plan.copies(), "replica") + " would be copied; nothing is moved without --execute");
            return ExitCode.DONE;
        }
        var moving = new Moving(terminal, messages, admin);
        Set<TopicPartition> accepted = moving.begin(plan, underWay, Optional.ofNullable(throttle), false);
        moving.await(accepted);
        moving.leadByFirst(accepted);
        messages.tell("balanced: " + Quantity.count(plan.copies(), "replica") + " copied");
        return accepted.size() == plan.steps().size() ? ExitCode.DONE : ExitCode.PARTLY_DONE;
    }
}
