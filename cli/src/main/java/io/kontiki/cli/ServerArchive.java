package io.kontiki.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code kontiki server archive}. The start script runs it in a JVM that writes down which classes it had at its end; all
 * that is done here is to need them. {@link ServerArchiveRun} has the broker's classes, so that other commands do not load them.
 */
@Command(
        name = "archive",
        description = {
            "Make the archive of classes with which brokers start faster and need less memory.",
            "Once for each installation and each Java; whoever runs it must be able to write lib/ of the installation.",
            "Runs three brokers for a moment, reachable from this machine alone, with data that is deleted again."
        })
final class ServerArchive implements Callable<Integer> {
    private final Messages messages;

    ServerArchive(Messages messages) {
        this.messages = messages;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        try (ServerArchiveRun run = new ServerArchiveRun(parent)) {
            run.start();
            messages.tell("brokers took and gave back " + run.useAll() + " records for the archive");
        }
        return ExitCode.DONE;
    }
}
