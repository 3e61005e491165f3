package io.kontiki.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code kontiki server start}. Holds the options only; {@link ServerProcess} has the broker's classes, so that other
 * commands, which make an object of this class too, do not load them.
 */
@Command(
        name = "start",
        description = {
            "Run a broker until Ctrl-C or SIGTERM, which stop it in good order.",
            "A setting counts from --set, else KONTIKI_* in the environment, else the file, else its default."
        })
final class ServerStart implements Callable<Integer> {
    private final Terminal terminal;
    private final Messages messages;
    private final StopSignal stop;

    @Mixin
    private ServerSources sources = new ServerSources();

    @Option(
            names = "--daemon",
            description = {"Start it in the background, and return once it runs. See", "docs/operations/service.md."})
    private boolean daemon;

    ServerStart(Terminal terminal, Messages messages, StopSignal stop) {
        this.terminal = terminal;
        this.messages = messages;
        this.stop = stop;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (daemon) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--daemon is done by the start script, which did not run",
                    "Use bin/kontiki, or run it in the background by means of the system.");
        }
        return new ServerProcess(terminal, messages, stop).run(sources.given(terminal));
    }
}
