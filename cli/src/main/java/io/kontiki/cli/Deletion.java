package io.kontiki.cli;

import io.kontiki.client.Admin;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** A command that deletes one thing that has a name, for good, and asks first. */
abstract class Deletion implements Callable<Integer> {
    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    Deletion(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    /** What to type to confirm it. */
    abstract String name();

    /** What the name is of, such as "topic". */
    abstract String kind();

    /** A sentence on what is lost. */
    abstract String loss();

    abstract void delete(Admin admin);

    @Override
    public final Integer call() throws IOException {
        String what = kind() + " " + name();
        if (!yes) {
            new Confirmation(terminal).ask(name(), loss(), "not deleting " + what);
        }
        clients.withAdmin(admin -> {
            delete(admin);
            return what;
        });
        messages.tell("deleted " + what);
        return ExitCode.DONE;
    }
}
