package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki partition reassign}. */
@Command(
        name = "reassign",
        description = {
            "Move replicas to other brokers, while they are used.",
            "Goes on by itself; with --wait this command ends when it is done. See how it goes with --status."
        })
final class PartitionReassign implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "TOPIC:P=1,2,3",
            arity = "0..*",
            description = "Partitions with the brokers that are to hold them, the preferred leader first. With --cancel"
                    + " and --status: TOPIC:P=… is TOPIC:P alone.")
    private List<String> targets = new ArrayList<>();

    @Option(names = "--file", paramLabel = "PLAN", description = "Take them from a file, as Kafka's tools write it.")
    private Path file;

    @Option(names = "--topic", paramLabel = "TOPIC", description = "With --to: all partitions of these topics.")
    private List<String> topics = new ArrayList<>();

    @Option(names = "--to", paramLabel = "1,2,3", description = "Spread the topics' replicas over these brokers.")
    private BrokerIds to;

    @Option(
            names = "--throttle",
            paramLabel = "RATE",
            description = "Most that one broker sends to new replicas, such as 20MB/s. Given again, it changes.")
    private ByteRate throttle;

    @Option(names = "--wait", description = "Wait until all is moved.")
    private boolean wait;

    @Option(names = "--dry-run", description = "Show the plan and have it checked, change nothing.")
    private boolean dryRun;

    @Option(names = "--status", description = "Show what is being moved, and how far it is.")
    private boolean status;

    @Option(names = "--cancel", description = "Put replicas back to where they were: of these partitions, or of all.")
    private boolean cancel;

    @Mixin
    private ListOutput output = new ListOutput();

    PartitionReassign(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        requireOneWay();
        if (status) {
            return clients.withAdmin(this::showStatus);
        }
        return cancel ? clients.withAdmin(this::cancelAll) : clients.withAdmin(this::reassign);
    }

    private void requireOneWay() {
        if (topics.isEmpty() != (to == null)) {
            throw misuse("--topic and --to go together");
        }
        int ways = (status ? 1 : 0) + (cancel ? 1 : 0) + (file == null ? 0 : 1) + (to == null ? 0 : 1);
        boolean named = !targets.isEmpty() && !status && !cancel;
        if (ways + (named ? 1 : 0) != 1) {
            throw misuse(
                    "Name partitions as TOPIC:P=1,2,3, or use one of --file, --topic with --to, --status and --cancel");
        }
    }

    private ParameterException misuse(String what) {
        return new ParameterException(spec.commandLine(), what);
    }

    private <T> T parsed(String text, ITypeConverter<T> form) {
        try {
            return form.convert(text);
        } catch (Exception e) {
            throw misuse(e.getMessage());
        }
    }

    private int showStatus(Admin admin) {
        var wanted = partitions();
        var all = new TreeMap<>(admin.listReassignments());
        if (!wanted.isEmpty()) {
            all.keySet().retainAll(wanted);
        }
        terminal.print(ReassignmentText.render(all, output.format()));
        return ExitCode.DONE;
    }

    private Set<TopicPartition> partitions() {
        return targets.stream().map(text -> parsed(text, new PartitionText())).collect(Collectors.toSet());
    }

    private int cancelAll(Admin admin) {
        var results = admin.cancelReassignments(partitions());
        var done = new Moving(terminal, messages, admin).accepted(results);
        messages.tell(
                results.isEmpty()
                        ? "nothing is being moved"
                        : "put back the replicas of " + Quantity.count(done.size(), "partition"));
        return done.size() == results.size() ? ExitCode.DONE : ExitCode.PARTLY_DONE;
    }

    private int reassign(Admin admin) {
        ReplicaPlan plan = plan(admin);
        if (plan.isEmpty()) {
            messages.tell("nothing to move: all replicas are where they are to be");
            return ExitCode.DONE;
        }
        var moving = new Moving(terminal, messages, admin);
        OptionalLong rate = throttle == null ? OptionalLong.empty() : OptionalLong.of(throttle.bytesPerSecond());
        Set<TopicPartition> accepted = moving.begin(plan, rate, dryRun);
        terminal.print(plan.render(output));
        if (dryRun) {
            messages.tell("nothing moved: this was a dry run");
        } else if (wait) {
            moving.await(accepted);
            messages.tell("moved the replicas of " + Quantity.count(accepted.size(), "partition"));
        } else {
            messages.tell("moving the replicas of " + Quantity.count(accepted.size(), "partition")
                    + "; see how it goes: kontiki partition reassign --status");
        }
        return accepted.size() == plan.steps().size() ? ExitCode.DONE : ExitCode.PARTLY_DONE;
    }

    private ReplicaPlan plan(Admin admin) {
        if (to != null) {
            return spread(admin);
        }
        var wanted = new TreeMap<TopicPartition, List<Integer>>();
        if (file != null) {
            wanted.putAll(ReplicaPlan.read(file));
        }
        for (String text : targets) {
            ReplicaTarget target = parsed(text, new ReplicaTarget.Text());
            if (wanted.put(target.partition(), target.replicas()) != null) {
                throw misuse(PartitionText.of(target.partition()) + " is named twice");
            }
        }
        return ReplicaPlan.of(described(admin, wanted.keySet()), wanted);
    }

    private static List<TopicInfo> described(Admin admin, Set<TopicPartition> partitions) {
        return partitions.stream()
                .map(TopicPartition::topic)
                .distinct()
                .map(name -> admin.describeTopic(name).topic())
                .toList();
    }

    private ReplicaPlan spread(Admin admin) {
        List<TopicInfo> wanted = topics.stream()
                .distinct()
                .map(name -> admin.describeTopic(name).topic())
                .toList();
        var brokers = Placement.brokers(admin, id -> to.ids().contains(id));
        for (int id : to.ids()) {
            if (!brokers.containsKey(id)) {
                throw new Failure(
                        ExitCode.CONFLICT,
                        "broker " + id + " cannot hold replicas now: it is unknown, fenced or stopping",
                        "See: kontiki broker list");
            }
        }
        var placement = new ReplicaPlacement(brokers, Placement.replicas(admin, wanted, brokers.keySet()));
        return ReplicaPlan.of(wanted, placement.balanced()).changes();
    }
}
