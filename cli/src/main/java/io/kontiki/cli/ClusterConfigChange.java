package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.DocumentFormat;
import io.kontiki.cli.output.JsonText;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code kontiki cluster config set} and {@code unset} have in common. */
final class ClusterConfigChange {
    @Option(names = "--broker", paramLabel = "ID", description = "For this broker alone. Default: for all brokers.")
    private Integer brokerId;

    @Option(names = "--dry-run", description = "Check only, change nothing.")
    private boolean dryRun;

    @Mixin
    private DocumentOutput output = new DocumentOutput();

    int make(Clients clients, Terminal terminal, Messages messages, Map<String, String> set, Set<String> unset) {
        OptionalInt broker = brokerId == null ? OptionalInt.empty() : OptionalInt.of(brokerId);
        Map<String, String> after = clients.withAdmin(admin -> admin.alterConfigs(broker, set, unset, dryRun));
        if (output.format() == DocumentFormat.JSON) {
            terminal.print(JsonText.document(json(after)));
        }
        messages.tell((brokerId == null ? "cluster" : "broker " + brokerId)
                + (dryRun ? " would have " : " now has ")
                + (after.isEmpty() ? "nothing set" : text(after)));
        return ExitCode.DONE;
    }

    private static String text(Map<String, String> configs) {
        return configs.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    private JsonObject json(Map<String, String> after) {
        var configs = new JsonObject();
        after.forEach(configs::addProperty);
        var object = new JsonObject();
        object.addProperty("brokerId", brokerId);
        object.add("configs", configs);
        object.addProperty("dryRun", dryRun);
        return object;
    }
}
