package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.LeaderElection;
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
    private record Row(TopicPartition partition, LeaderElection election) {
        String outcome() {
            return election.failure().map(Throwable::getMessage).orElse("ok");
        }

        boolean lost() {
            return election.lostToOffset() > election.lostFromOffset();
        }
    }

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
        if (unclean) {
            showAndAsk();
        }
        Map<TopicPartition, LeaderElection> elected = clients.withAdmin(unclean ? this::electUnclean : this::elect);
        List<Row> rows = elected.entrySet().stream()
                .map(entry -> new Row(entry.getKey(), entry.getValue()))
                .toList();
        terminal.print((unclean ? uncleanListing() : listing()).render(rows, output.format()));
        return exitCode(rows);
    }

    private static int exitCode(List<Row> rows) {
        long failed = rows.stream()
                .filter(row -> row.election().failure().isPresent())
                .count();
        if (failed == 0) {
            return ExitCode.DONE;
        }
        return failed == rows.size() ? ExitCode.CONFLICT : ExitCode.PARTLY_DONE;
    }

    private Map<TopicPartition, LeaderElection> elect(Admin admin) {
        Set<TopicPartition> wanted = named.isEmpty() ? ledByOthers(admin) : new TreeSet<>(named);
        if (wanted.isEmpty()) {
            messages.tell("nothing to do: all partitions are led by their first replica");
            return Map.of();
        }
        return admin.electLeaders(wanted);
    }

    private static Set<TopicPartition> ledByOthers(Admin admin) {
        var found = new TreeSet<TopicPartition>();
        admin.listTopics()
                .forEach(topic -> topic.partitions().stream()
                        .filter(partition -> partition.leader().isPresent()
                                && partition.leader().getAsInt()
                                        != partition.replicas().get(0))
                        .forEach(partition -> found.add(new TopicPartition(topic.name(), partition.partition()))));
        return found;
    }

    // ---- Unclean

    private void showAndAsk() throws IOException {
        if (yes) {
            return;
        }
        List<ReplicaRows.Row> rows = clients.withAdmin(admin -> ReplicaRows.of(admin, named));
        terminal.err().print(ReplicaRows.LISTING.render(rows, ListFormat.TABLE));
        String name = named.size() == 1 ? PartitionText.of(named.get(0)) : Quantity.count(named.size(), "partition");
        new Confirmation(terminal)
                .ask(
                        name,
                        "Of " + name + " this elects the replica that has most; what it lacks is lost for good.",
                        "not electing a leader of " + name + " that may lack records");
    }

    /** As long as replicas are waited for that have not told what they hold, and there is time. */
    private Map<TopicPartition, LeaderElection> electUnclean(Admin admin) {
        Set<Integer> left = without == null ? Set.of() : new TreeSet<>(without.ids());
        Set<TopicPartition> open = new TreeSet<>(named);
        var outcomes = new TreeMap<TopicPartition, LeaderElection>();
        long endNanos = System.nanoTime() + options.timeout().toNanos();
        while (true) {
            Map<TopicPartition, LeaderElection> elected = admin.electLeadersUncleanly(open, left);
            outcomes.putAll(elected);
            open.removeIf(partition -> !waits(elected.get(partition)));
            if (open.isEmpty() || System.nanoTime() - endNanos >= 0) {
                break;
            }
            Moving.pause();
        }
        if (!open.isEmpty()) {
            messages.tell(
                    "Some replicas have not told what they hold. Start their brokers, or leave them out: --without ID");
        }
        return outcomes;
    }

    private static boolean waits(LeaderElection election) {
        return election != null
                && election.failure()
                        .filter(failure -> failure.reason() == ErrorReason.CONCURRENT_CHANGE)
                        .isPresent();
    }

    // ---- Text

    private static Listing<Row> listing() {
        return new Listing<Row>("elections", row -> PartitionText.of(row.partition()), PartitionElectLeader::json)
                .text("TOPIC", row -> row.partition().topic())
                .number("PARTITION", row -> row.partition().partition())
                .number("LEADER", row -> leader(row.election()))
                .number("EPOCH", row -> row.election().leaderEpoch())
                .text("OUTCOME", Row::outcome);
    }

    private static Listing<Row> uncleanListing() {
        return listing().text("HELD", row -> held(row.election())).text("LOST OFFSETS", PartitionElectLeader::lost);
    }

    private static String leader(LeaderElection election) {
        return election.leader().isPresent()
                ? Integer.toString(election.leader().getAsInt())
                : "";
    }

    private static String held(LeaderElection election) {
        var words = new ArrayList<String>();
        election.held().forEach(held -> words.add(held.brokerId() + ":" + held.endOffset()));
        return String.join(",", words);
    }

    private static String lost(Row row) {
        if (row.election().failure().isPresent()) {
            return "";
        }
        return row.lost()
                ? row.election().lostFromOffset() + " to " + (row.election().lostToOffset() - 1)
                : "none known";
    }

    private static JsonObject json(Row row) {
        LeaderElection election = row.election();
        var object = new JsonObject();
        object.addProperty("topic", row.partition().topic());
        object.addProperty("partition", row.partition().partition());
        election.leader()
                .ifPresentOrElse(
                        leader -> object.addProperty("leader", leader), () -> object.add("leader", JsonNull.INSTANCE));
        object.addProperty("leaderEpoch", election.leaderEpoch());
        election.failure()
                .ifPresent(
                        failure -> object.addProperty("error", failure.reason().name()));
        var held = new JsonArray();
        for (LeaderElection.Held each : election.held()) {
            var entry = new JsonObject();
            entry.addProperty("brokerId", each.brokerId());
            each.lastEpoch().ifPresent(epoch -> entry.addProperty("lastEpoch", epoch));
            entry.addProperty("endOffset", each.endOffset());
            entry.addProperty("highWatermark", each.highWatermark());
            held.add(entry);
        }
        object.add("held", held);
        object.addProperty("lostFromOffset", election.lostFromOffset());
        object.addProperty("lostToOffset", election.lostToOffset());
        return object;
    }
}
