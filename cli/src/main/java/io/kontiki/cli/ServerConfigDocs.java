package io.kontiki.cli;

import io.kontiki.cli.output.ReferenceFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code kontiki server config-docs}. */
@Command(
        name = "config-docs",
        description = "Print every key of brokers and topics, with default, unit, limits and meaning.")
final class ServerConfigDocs implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "One of ${COMPLETION-CANDIDATES}. Default: markdown")
    private ReferenceFormat format = ReferenceFormat.MARKDOWN;

    ServerConfigDocs(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.print(ServerConfigReference.in(format));
        return ExitCode.DONE;
    }
}
