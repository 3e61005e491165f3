package io.kontiki.cli;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kontiki cluster config unset}. */
@Command(name = "unset", description = "Remove what was set, so that the file of each broker counts again.")
final class ClusterConfigUnset implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "KEY", arity = "1..*", description = "What to remove.")
    private Set<String> keys = new LinkedHashSet<>();

    @Mixin
    private ClusterConfigChange change = new ClusterConfigChange();

    ClusterConfigUnset(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        return change.make(clients, terminal, messages, Map.of(), keys);
    }
}
