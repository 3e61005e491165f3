package io.kontiki.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kontiki cluster config set}. */
@Command(name = "set", description = "Change configuration while brokers run. It is kept until it is unset.")
final class ClusterConfigSet implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "KEY=VALUE", arity = "1..*", description = "What to set.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Mixin
    private ClusterConfigChange change = new ClusterConfigChange();

    ClusterConfigSet(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        return change.make(clients, terminal, messages, set, Set.of());
    }
}
