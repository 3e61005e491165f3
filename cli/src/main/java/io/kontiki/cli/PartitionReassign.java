package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
            description =
                    "Partitions with the brokers that are to hold them, the preferred leader first. With --cancel,"
                            + " --status, or --throttle for moves under way: TOPIC:P alone, or none for all.")
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
            description = "Most that one broker sends to new replicas, such as 20MB/s, or none. Without new brokers it"
                    + " changes that of moves under way, which keep theirs unless it is given.")
    private Throttle throttle;

    @Option(
            names = "--change-replication-factor",
            description = "Allow another number of replicas than now; with fewer, copies are deleted.")
    private boolean changeFactor;

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
            return clients.withAdmin(
                    admin -> new ReassignmentStatus(terminal, messages, admin).show(partitions(), output.format()));
        }
        if (cancel) {
            return clients.withAdmin(this::cancelAll);
        }
        return clients.withAdmin(throttlesOnly() ? this::throttle : this::reassign);
    }

    private void requireOneWay() {
        if (topics.isEmpty() != (to == null)) {
            throw misuse("--topic and --to go together");
        }
        int ways = (status ? 1 : 0) + (cancel ? 1 : 0) + (file == null ? 0 : 1) + (to == null ? 0 : 1);
        boolean named = !targets.isEmpty() && !status && !cancel;
        if (ways + (named || throttlesOnly() ? 1 : 0) != 1) {
            throw misuse("Name partitions as TOPIC:P=1,2,3, or use one of --file, --topic with --to, --status, --cancel"
                    + " and, for moves under way, --throttle");
        }
    }

    /** The moves under way, without new ones. */
    private boolean throttlesOnly() {
        return throttle != null
                && !status
                && !cancel
                && file == null
                && to == null
                && targets.stream().noneMatch(text -> text.contains("="));
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

    private Set<TopicPartition> partitions() {
        return targets.stream().map(text -> parsed(text, new PartitionText())).collect(Collectors.toSet());
    }

    private int cancelAll(Admin admin) {
        var named = partitions();
        var underWay = UnderWay.of(admin).only(named);
        var results = admin.cancelReassignments(named);
        var done = new Moving(terminal, messages, admin).accepted(results);
        tellUnmoved(named, underWay);
        done.retainAll(underWay.moves().keySet());
        messages.tell(
                done.isEmpty()
                        ? named.isEmpty() ? "nothing is being moved" : "nothing is put back"
                        : "put back the replicas of " + Quantity.count(done.size(), "partition"));
        return results.values().stream().allMatch(Optional::isEmpty) ? ExitCode.DONE : ExitCode.PARTLY_DONE;
    }

    private void tellUnmoved(Set<TopicPartition> named, UnderWay underWay) {
        var unmoved = new TreeSet<>(named);
        unmoved.removeAll(underWay.moves().keySet());
        if (!unmoved.isEmpty()) {
            messages.tell("not being moved: " + names(unmoved));
        }
    }

    private static String names(Set<TopicPartition> partitions) {
        return partitions.stream().map(PartitionText::of).collect(Collectors.joining(", "));
    }

    private int throttle(Admin admin) {
        var named = partitions();
        var underWay = UnderWay.of(admin).only(named);
        tellUnmoved(named, underWay);
        if (underWay.moves().isEmpty()) {
            messages.tell("nothing is being moved, so no throttle was changed");
            return ExitCode.DONE;
        }
        return run(admin, underWay, ReplicaPlan.repeating(underWay));
    }

    private int reassign(Admin admin) {
        var underWay = UnderWay.of(admin);
        ReplicaPlan plan = plan(admin, underWay);
        if (!changeFactor) {
            plan.requireSameFactors();
        }
        ReplicaPlan open = plan.open(underWay);
        var settled = new TreeSet<>(plan.steps().keySet());
        settled.removeAll(open.steps().keySet());
        if (!settled.isEmpty()) {
            messages.tell("there already: " + names(settled));
        }
        if (open.isEmpty()) {
            messages.tell("nothing to move: all replicas are where they are to be");
            return ExitCode.DONE;
        }
        return run(admin, underWay, open);
    }

    /** @param plan moves to begin, and those under way whose throttle changes or that are waited for */
    private int run(Admin admin, UnderWay underWay, ReplicaPlan plan) {
        var moving = new Moving(terminal, messages, admin);
        var wanted = Optional.ofNullable(throttle);
        Set<TopicPartition> accepted = moving.begin(plan, underWay, wanted, dryRun);
        terminal.print(plan.render(output));
        if (dryRun) {
            messages.tell("nothing moved: this was a dry run");
        } else {
            plan.only(step -> accepted.contains(step.partition()))
                    .sentences(underWay, wanted)
                    .forEach(messages::tell);
        }
        if (!dryRun && wait) {
            moving.await(accepted);
            messages.tell("moved the replicas of " + Quantity.count(accepted.size(), "partition"));
        } else if (!dryRun) {
            messages.tell("see how it goes: kontiki partition reassign --status");
        }
        return accepted.size() == plan.steps().size() ? ExitCode.DONE : ExitCode.PARTLY_DONE;
    }

    private ReplicaPlan plan(Admin admin, UnderWay underWay) {
        if (to != null) {
            return spread(admin, underWay);
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
        return ReplicaPlan.of(described(admin, wanted.keySet()), underWay, wanted);
    }

    private static List<TopicInfo> described(Admin admin, Set<TopicPartition> partitions) {
        return partitions.stream()
                .map(TopicPartition::topic)
                .distinct()
                .map(name -> admin.describeTopic(name).topic())
                .toList();
    }

    private ReplicaPlan spread(Admin admin, UnderWay underWay) {
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
        return ReplicaPlan.of(wanted, underWay, placement.balanced()).open(underWay);
    }
}
