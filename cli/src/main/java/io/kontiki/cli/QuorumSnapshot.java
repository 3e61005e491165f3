package io.kontiki.cli;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.Listing;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.QuorumMember;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki quorum snapshot}. */
@Command(
        name = "snapshot",
        description = {
            "Have voters write their metadata to a snapshot now, as before a backup.",
            "Exit code 10 if one of them could not; the others' are taken."
        })
final class QuorumSnapshot implements Callable<Integer> {
    /** What became of one voter's snapshot: the index that it reaches, or what is wrong. */
    private record Row(int brokerId, OptionalLong index, String problem) {}

    private static final Listing<Row> LISTING = new Listing<Row>(
                    "snapshots", row -> Integer.toString(row.brokerId()), QuorumSnapshot::json)
            .number("ID", Row::brokerId)
            .number(
                    "INDEX",
                    row -> row.index().isPresent() ? Long.toString(row.index().getAsLong()) : "")
            .text("PROBLEM", Row::problem);

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "BROKER", arity = "0..*", description = "Ids of voters. Default: all.")
    private List<String> wanted = new ArrayList<>();

    @Mixin
    private ListOutput output = new ListOutput();

    QuorumSnapshot(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        wanted.forEach(this::requireId);
        List<Row> rows = clients.withAdmin(this::takeAll);
        terminal.print(LISTING.render(rows, output.format()));
        long taken = rows.stream().filter(row -> row.index().isPresent()).count();
        messages.tell(Quantity.count(taken, "voter") + " of " + rows.size() + " took a snapshot");
        return taken == rows.size() ? ExitCode.DONE : ExitCode.PROBLEMS_FOUND;
    }

    /** Here, since words that are no numbers would count as unexpected, not as wrong. */
    private void requireId(String text) {
        try {
            Misuse.requireAtLeast(0, Integer.parseInt(text), "parameter BROKER", spec);
        } catch (NumberFormatException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for parameter BROKER: '" + text + "' is no number from 0 to " + Integer.MAX_VALUE,
                    e);
        }
    }

    private List<Row> takeAll(Admin admin) {
        List<BrokerInfo> brokers = admin.describeCluster().brokers();
        List<Integer> voters = QuorumText.voters(admin.describeQuorum()).stream()
                .map(QuorumMember::brokerId)
                .toList();
        List<Integer> asked = wanted.isEmpty()
                ? voters
                : wanted.stream().map(Integer::valueOf).distinct().toList();
        asked.stream().filter(id -> !voters.contains(id)).findFirst().ifPresent(id -> {
            throw new Failure(
                    ExitCode.NOT_FOUND, "broker " + id + " does not vote", "See who votes: kontiki quorum status");
        });
        var rows = new TreeMap<Integer, Row>();
        asked.forEach(id -> rows.put(id, new Row(id, OptionalLong.empty(), "is not registered as a broker")));
        var addresses = new TreeMap<Integer, String>();
        brokers.stream()
                .filter(broker -> rows.containsKey(broker.id()))
                .forEach(broker -> addresses.put(broker.id(), broker.host() + ":" + broker.port()));
        var answers = EachBroker.ask(
                addresses.keySet(),
                clients.workLimit(),
                id -> clients.withAdminWorkingAt(addresses.get(id), Admin::takeMetadataSnapshot));
        answers.told().forEach((id, index) -> rows.put(id, new Row(id, OptionalLong.of(index), "")));
        answers.silent().forEach((id, problem) -> rows.put(id, new Row(id, OptionalLong.empty(), problem)));
        return List.copyOf(rows.values());
    }

    private static JsonObject json(Row row) {
        var object = new JsonObject();
        object.addProperty("id", row.brokerId());
        row.index()
                .ifPresentOrElse(
                        index -> object.addProperty("index", index), () -> object.add("index", JsonNull.INSTANCE));
        object.addProperty("problem", row.problem());
        return object;
    }
}
