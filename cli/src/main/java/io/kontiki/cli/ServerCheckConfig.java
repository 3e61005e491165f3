package io.kontiki.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kontiki server check-config}. As {@link ServerStart}, without the broker's classes. */
@Command(
        name = "check-config",
        description = {
            "Check a configuration and show every value with its origin. Starts nothing.",
            "Exits with 2 if a broker would not start with it."
        })
final class ServerCheckConfig implements Callable<Integer> {
    private final Terminal terminal;
    private final Messages messages;

    @Mixin
    private ServerSources sources = new ServerSources();

    @Mixin
    private DocumentOutput output = new DocumentOutput();

    ServerCheckConfig(Terminal terminal, Messages messages) {
        this.terminal = terminal;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        terminal.print(new ServerConfigCheck(messages).of(sources.given(terminal), output.format()));
        return ExitCode.DONE;
    }
}
