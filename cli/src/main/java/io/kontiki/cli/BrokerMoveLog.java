package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.LogMove;
import io.kontiki.client.TopicPartition;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki broker move-log}. */
@Command(
        name = "move-log",
        description = {
            "Move the log of a replica to another directory of its broker, while it is used.",
            "Shows how it goes until it is done. If this command is interrupted, the move goes on."
        })
final class BrokerMoveLog implements Callable<Integer> {
    private static final long POLL_MILLIS = 200;
    private static final int POLLS_PER_MESSAGE = 25;

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "Name.")
    private String topic;

    @Parameters(index = "1", paramLabel = "PARTITION", description = "Number.")
    private int partition;

    @Option(names = "--broker", paramLabel = "N", required = true, description = "Id of the broker.")
    private int brokerId;

    @Option(
            names = "--to",
            paramLabel = "DIR",
            required = true,
            description =
                    "The directory: its path as in the broker's log.dirs, or its id. See: kontiki broker log-dirs.")
    private String directory;

    BrokerMoveLog(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        Misuse.requireAtLeast(0, partition, "parameter PARTITION", spec);
        Misuse.requireAtLeast(0, brokerId, "option '--broker'", spec);
        Misuse.requireAtLeast(1, directory.length(), "option '--to', its length", spec);
        directory = normal(directory);
        LogMove end = clients.withAdmin(this::move);
        terminal.print("moved the log of " + topic + "-" + partition + " on broker " + brokerId + " to " + directory
                + " (" + Quantity.bytes(end.totalBytes()) + ")\n");
        return ExitCode.DONE;
    }

    private LogMove move(Admin admin) {
        var id = new TopicPartition(topic, partition);
        LogMove move = admin.moveLog(id, brokerId, directory);
        for (int i = 1; !move.done(); i++) {
            if (i % POLLS_PER_MESSAGE == 0) {
                messages.tell(
                        "copied " + Quantity.bytes(move.copiedBytes()) + " of " + Quantity.bytes(move.totalBytes()));
            }
            pause();
            move = admin.describeLogMove(id, brokerId);
        }
        return move;
    }

    /** A path as brokers write it, who do so with log.dirs; an id stays. */
    private static String normal(String directory) {
        return directory.startsWith("/") ? Path.of(directory).normalize().toString() : directory;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.INTERRUPTED, "interrupted", "The move goes on by itself.");
        }
    }
}
