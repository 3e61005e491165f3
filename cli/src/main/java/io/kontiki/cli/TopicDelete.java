package io.kontiki.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki topic delete}. */
@Command(name = "delete", description = "Delete a topic with all its records. Asks first.")
final class TopicDelete implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Parameters(paramLabel = "TOPIC", description = "Name.")
    private String name;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    TopicDelete(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() throws IOException {
        if (!yes) {
            new Confirmation(terminal)
                    .ask(name, "This deletes topic " + name + " with all its records.", "not deleting topic " + name);
        }
        clients.withAdmin(admin -> {
            admin.deleteTopic(name);
            return name;
        });
        messages.tell("deleted topic " + name);
        return ExitCode.DONE;
    }
}
