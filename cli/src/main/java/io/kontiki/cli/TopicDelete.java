package io.kontiki.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki topic delete}. */
@Command(name = "delete", description = "Delete a topic with all its records. Asks first.")
final class TopicDelete implements Callable<Integer> {
    private static final int MAX_ANSWER_BYTES = 1024;

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
            confirm();
        }
        clients.withAdmin(admin -> {
            admin.deleteTopic(name);
            return name;
        });
        messages.tell("deleted topic " + name);
        return ExitCode.DONE;
    }

    private void confirm() throws IOException {
        if (!terminal.inIsTerminal()) {
            throw new Failure(
                    ExitCode.USAGE, "not deleting topic " + name + " without being asked to twice", "Add --yes.");
        }
        terminal.err().print("This deletes topic " + name + " with all its records. To go on, type its name: ");
        terminal.err().flush();
        String answer = new LineReader(terminal.in(), MAX_ANSWER_BYTES)
                .next()
                .map(line -> new String(line, StandardCharsets.UTF_8).strip())
                .orElse("");
        if (!answer.equals(name)) {
            throw new Failure(ExitCode.FAILED, "the names differ: nothing deleted", "");
        }
    }
}
