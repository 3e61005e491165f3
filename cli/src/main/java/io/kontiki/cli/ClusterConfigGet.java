package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.Listing;
import io.kontiki.client.Admin;
import io.kontiki.client.BrokerConfigEntry;
import io.kontiki.client.BrokerInfo;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki cluster config get}. */
@Command(
        name = "get",
        aliases = "describe",
        description = "Show what counts at each running broker now, and what set it.")
final class ClusterConfigGet implements Callable<Integer> {
    private static final Listing<BrokerConfigEntry> ENTRIES = new Listing<BrokerConfigEntry>(
                    "configs", BrokerConfigEntry::key, ClusterConfigGet::json)
            .number("BROKER", BrokerConfigEntry::brokerId)
            .text("KEY", BrokerConfigEntry::key)
            .text("VALUE", entry -> entry.value().orElse("-"))
            .text("SOURCE", ClusterConfigGet::source)
            .wideText("ORIGIN", BrokerConfigEntry::origin)
            .wideText("DYNAMIC", entry -> entry.dynamic() ? "yes" : "no");

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
        List<BrokerConfigEntry> entries = clients.withAdmin(this::describe).stream()
                .filter(entry -> all || !keys.isEmpty() || entry.dynamic())
                .toList();
        terminal.print(ENTRIES.render(entries, output.format()));
        return ExitCode.DONE;
    }

    /** A fenced broker has nobody to answer for it. */
    private List<BrokerConfigEntry> describe(Admin admin) {
        List<Integer> brokers = brokerId != null
                ? List.of(brokerId)
                : admin.describeCluster().brokers().stream()
                        .filter(broker -> !broker.fenced())
                        .map(BrokerInfo::id)
                        .toList();
        var entries = new ArrayList<BrokerConfigEntry>();
        brokers.forEach(broker -> entries.addAll(admin.describeConfigs(broker, all ? Set.of() : keys)));
        return entries;
    }

    private static String source(BrokerConfigEntry entry) {
        return entry.source().name().toLowerCase(Locale.ROOT);
    }

    private static JsonObject json(BrokerConfigEntry entry) {
        var object = new JsonObject();
        object.addProperty("brokerId", entry.brokerId());
        object.addProperty("key", entry.key());
        object.addProperty("value", entry.value().orElse(null));
        object.addProperty("source", source(entry));
        object.addProperty("origin", entry.origin());
        object.addProperty("dynamic", entry.dynamic());
        return object;
    }
}
