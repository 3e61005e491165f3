package io.kontiki.cli;

import io.kontiki.client.Admin;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kontiki group list}. */
@Command(name = "list", description = "Show all consumer groups.")
final class GroupList implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;

    @Mixin
    private ListOutput output = new ListOutput();

    GroupList(Terminal terminal, Clients clients) {
        this.terminal = terminal;
        this.clients = clients;
    }

    @Override
    public Integer call() {
        terminal.print(GroupText.list(clients.withAdmin(Admin::groups), output.format()));
        return ExitCode.DONE;
    }
}
