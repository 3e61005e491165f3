package io.kontiki.cli;

import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import io.kontiki.client.LeaderElection;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki partition elect-leader}. */
@Command(
        name = "elect-leader",
        description = {
            "Elect leaders. The preferred one is the first of a partition's replicas; it must be in sync.",
            "With --unclean: where no replica is left that has every acknowledged record, the one that has most; what is"
                    + " missing there is lost for good. Asks first."
        })
final class PartitionElectLeader implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;
    private final GlobalOptions options;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "TOPIC:P",
            arity = "0..*",
            description = "Partitions. Default with --preferred: all that another replica leads.")
    private List<TopicPartition> named = new ArrayList<>();

    @Option(names = "--preferred", description = "The first replica. This is the default.")
    private boolean preferred;

    @Option(names = "--unclean", description = "The replica that has most, though acknowledged records are lost.")
    private boolean unclean;

    @Option(
            names = "--without",
            paramLabel = "ID",
            description = "With --unclean: brokers that are not waited for, such as 1 or 1,2. What they have beyond the"
                    + " others is lost.")
    private BrokerIds without;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Mixin
    private ListOutput output = new ListOutput();

    PartitionElectLeader(Terminal terminal, Clients clients, Messages messages, GlobalOptions options) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
        this.options = options;
    }

    @Override
    public Integer call() throws IOException {
        if (unclean && (preferred || named.isEmpty())) {
            throw new ParameterException(spec.commandLine(), "Name the partitions for --unclean, and no --preferred");
        }
        if (without != null && !unclean) {
            throw new ParameterException(spec.commandLine(), "--without goes with --unclean");
        }
        return unclean ? electUncleanly() : elect();
    }

    private int elect() {
        Map<TopicPartition, PartitionInfo> before = clients.withAdmin(this::wanted);
        if (before.isEmpty()) {
            messages.tell("nothing to do: all partitions are led by their first replica");
        }
        return show(before, clients.withAdmin(admin -> admin.electLeaders(before.keySet())));
    }

    private Map<TopicPartition, PartitionInfo> wanted(Admin admin) {
        return named.isEmpty() ? ledByOthers(admin) : described(admin);
    }

    private Map<TopicPartition, PartitionInfo> described(Admin admin) {
        var found = new TreeMap<TopicPartition, PartitionInfo>();
        named.forEach(id -> found.computeIfAbsent(id, each -> ReplicaRows.find(admin, each)));
        return found;
    }

    private static Map<TopicPartition, PartitionInfo> ledByOthers(Admin admin) {
        var found = new TreeMap<TopicPartition, PartitionInfo>();
        admin.listTopics()
                .forEach(topic -> topic.partitions().stream()
                        .filter(partition -> partition.leader().isPresent()
                                && partition.leader().getAsInt()
                                        != partition.replicas().get(0))
                        .forEach(partition ->
                                found.put(new TopicPartition(topic.name(), partition.partition()), partition)));
        return found;
    }

    private int show(Map<TopicPartition, PartitionInfo> before, Map<TopicPartition, LeaderElection> elected) {
        List<ElectionRows.Row> rows = elected.entrySet().stream()
                .map(entry -> new ElectionRows.Row(
                        entry.getKey(), before.get(entry.getKey()).leader(), entry.getValue(), left()))
                .toList();
        terminal.print(ElectionRows.listing(unclean).render(rows, output.format()));
        rows.forEach(row -> row.election().failure().ifPresent(failure -> tellRefusal(row, failure)));
        return ElectionRows.exitCode(rows);
    }

    private void tellRefusal(ElectionRows.Row row, KontikiException failure) {
        terminal.err().println("error: " + failure.getMessage());
        String advice = clients.withAdmin(
                admin -> Leaderless.afterRefusal(row, ReplicaRows.find(admin, row.partition()), unclean));
        if (!advice.isEmpty()) {
            terminal.err().println(advice);
        }
    }

    // ---- Unclean

    private int electUncleanly() throws IOException {
        Map<TopicPartition, PartitionInfo> before = clients.withAdmin(this::described);
        var outcomes = new TreeMap<TopicPartition, LeaderElection>();
        before.forEach((id, partition) -> partition.leader().ifPresent(leader -> {
            messages.tell(PartitionText.of(id) + " has a leader, broker " + leader + ": nothing to elect");
            outcomes.put(id, ElectionRows.unchanged(partition));
        }));
        List<TopicPartition> open =
                before.keySet().stream().filter(id -> !outcomes.containsKey(id)).toList();
        if (!open.isEmpty()) {
            showAndAsk(open);
            outcomes.putAll(clients.withAdmin(admin -> untilAllTold(admin, open)));
        }
        return show(before, outcomes);
    }

    private void showAndAsk(List<TopicPartition> open) throws IOException {
        if (yes) {
            return;
        }
        List<ReplicaRows.Row> rows = clients.withAdmin(admin -> ReplicaRows.of(admin, open));
        terminal.err().print(ReplicaRows.LISTING.render(rows, ListFormat.TABLE));
        String name = open.size() == 1 ? PartitionText.of(open.get(0)) : Quantity.count(open.size(), "partition");
        new Confirmation(terminal)
                .ask(
                        name,
                        "Of " + name + " this elects the replica that has most; what it lacks is lost for good.",
                        "not electing a leader of " + name + " that may lack records");
    }

    private Set<Integer> left() {
        return without == null ? Set.of() : new TreeSet<>(without.ids());
    }

    /** As long as replicas are waited for that have not told what they hold, and there is time. */
    private Map<TopicPartition, LeaderElection> untilAllTold(Admin admin, List<TopicPartition> wanted) {
        Set<TopicPartition> open = new TreeSet<>(wanted);
        var outcomes = new TreeMap<TopicPartition, LeaderElection>();
        long endNanos = System.nanoTime() + options.timeout().toNanos();
        while (true) {
            Map<TopicPartition, LeaderElection> elected = admin.electLeadersUncleanly(open, left());
            outcomes.putAll(elected);
            open.removeIf(partition -> !waits(elected.get(partition)));
            if (open.isEmpty() || System.nanoTime() - endNanos >= 0) {
                return outcomes;
            }
            Moving.pause();
        }
    }

    private static boolean waits(LeaderElection election) {
        return election != null
                && election.failure()
                        .filter(failure -> failure.reason() == ErrorReason.CONCURRENT_CHANGE)
                        .isPresent();
    }
}
