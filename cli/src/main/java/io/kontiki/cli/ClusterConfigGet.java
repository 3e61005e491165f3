package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.Listing;
import io.kontiki.client.Admin;
import io.kontiki.client.BrokerConfigEntry;
import io.kontiki.client.BrokerInfo;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki cluster config get}. */
@Command(
        name = "get",
        aliases = "describe",
        description = {
            "Show what counts at each running broker now, and what set it.",
            "Exit code 10 if one of them does not answer in time; the others are shown."
        })
final class ClusterConfigGet implements Callable<Integer> {
    /** One key at one broker, or, without a key, what is wrong with that broker. */
    private record Row(int brokerId, Optional<BrokerConfigEntry> entry, String problem) {
        String text(Function<BrokerConfigEntry, String> field) {
            return entry.map(field).orElse("");
        }
    }

    private static final Listing<Row> ROWS = new Listing<Row>(
                    "configs", row -> row.text(BrokerConfigEntry::key), ClusterConfigGet::json)
            .number("BROKER", Row::brokerId)
            .text("KEY", row -> row.text(BrokerConfigEntry::key))
            .text("VALUE", row -> row.text(entry -> entry.value().orElse("-")))
            .text("SOURCE", row -> row.text(ClusterConfigGet::source))
            .wideText("ORIGIN", row -> row.text(BrokerConfigEntry::origin))
            .wideText("DYNAMIC", row -> row.text(entry -> entry.dynamic() ? "yes" : "no"))
            .text("PROBLEM", Row::problem);

    private final Terminal terminal;
    private final Clients clients;

    @Parameters(paramLabel = "KEY", arity = "0..*", description = "Only these. Default: those that are dynamic.")
    private Set<String> keys = new LinkedHashSet<>();

    @Option(names = "--broker", paramLabel = "ID", description = "Only this broker. Default: all that run.")
    private Integer brokerId;

    @Option(
            names = {"-a", "--all"},
            description = "All keys, also those that are read at the start only.")
    private boolean all;

    @Mixin
    private ListOutput output = new ListOutput();

    ClusterConfigGet(Terminal terminal, Clients clients) {
        this.terminal = terminal;
        this.clients = clients;
    }

    @Override
    public Integer call() {
        List<Row> rows = clients.withAdmin(this::describe);
        boolean allTold = rows.stream().allMatch(row -> row.problem().isEmpty());
        // Who wants names wants those of keys; the others see who gave none.
        var shown = output.format() == ListFormat.NAME
                ? rows.stream().filter(row -> row.problem().isEmpty()).toList()
                : rows;
        terminal.print(ROWS.render(shown, output.format()));
        return allTold ? ExitCode.DONE : ExitCode.PROBLEMS_FOUND;
    }

    /** A fenced broker has nobody to answer for it. */
    private List<Row> describe(Admin admin) {
        if (brokerId != null) {
            return rows(brokerId, entries(admin, brokerId));
        }
        var running = admin.describeCluster().brokers().stream()
                .filter(broker -> !broker.fenced())
                .map(BrokerInfo::id)
                .toList();
        var answers = EachBroker.ask(running, clients.answerLimit(), id -> entries(admin, id));
        var rows = new ArrayList<Row>();
        answers.told().forEach((id, entries) -> rows.addAll(rows(id, entries)));
        answers.silent().forEach((id, problem) -> rows.add(new Row(id, Optional.empty(), problem)));
        return rows;
    }

    private List<BrokerConfigEntry> entries(Admin admin, int id) {
        return admin.describeConfigs(id, all ? Set.of() : keys).stream()
                .filter(entry -> all || !keys.isEmpty() || entry.dynamic())
                .toList();
    }

    private static List<Row> rows(int id, List<BrokerConfigEntry> entries) {
        return entries.stream()
                .map(entry -> new Row(id, Optional.of(entry), ""))
                .toList();
    }

    private static String source(BrokerConfigEntry entry) {
        return entry.source().name().toLowerCase(Locale.ROOT);
    }

    private static JsonObject json(Row row) {
        var object = new JsonObject();
        object.addProperty("brokerId", row.brokerId());
        row.entry()
                .ifPresentOrElse(
                        entry -> {
                            object.addProperty("key", entry.key());
                            object.addProperty("value", entry.value().orElse(null));
                            object.addProperty("source", source(entry));
                            object.addProperty("origin", entry.origin());
                            object.addProperty("dynamic", entry.dynamic());
                        },
                        () -> object.addProperty("problem", row.problem()));
        return object;
    }
}
