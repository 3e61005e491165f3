package io.kontiki.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki group delete}. */
@Command(
        name = "delete",
        description = {"Forget a group and its offsets. Asks first.", "Only a group without members can be deleted."})
final class GroupDelete implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "GROUP", description = "Id.")
    private String group;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    GroupDelete(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() throws IOException {
        if (!yes) {
            new Confirmation(terminal)
                    .ask(group, "This forgets how far group " + group + " has read.", "not deleting group " + group);
        }
        clients.withAdmin(admin -> {
            admin.deleteGroup(group);
            return group;
        });
        messages.tell("deleted group " + group);
        return ExitCode.DONE;
    }
}
