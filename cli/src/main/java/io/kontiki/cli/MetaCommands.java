package io.kontiki.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kontiki meta}: one command, several by {@code -c}, or a shell. */
@Command(
        name = "meta",
        description = {
            "Look into the cluster's metadata, as a tree of paths such as /brokers/ids/1.",
            "Without a command it is a shell: on a terminal with history and completion, else it reads one command from"
                    + " each line of standard input, until one fails."
        },
        synopsisSubcommandLabel = "[COMMAND]")
final class MetaCommands implements Callable<Integer> {
    private final Terminal terminal;
    private final MetaSession session;
    private final ToIntFunction<Throwable> report;

    @Mixin
    private final MetaOptions options;

    @Option(
            names = {"-c", "--command"},
            paramLabel = "LINE",
            description = "Run this line of the shell; several are run in order, until one fails.")
    private List<String> lines = List.of();

    /** @param report tells what ended a command, and returns the exit code */
    MetaCommands(Terminal terminal, MetaSession session, MetaOptions options, ToIntFunction<Throwable> report) {
        this.terminal = terminal;
        this.session = session;
        this.options = options;
        this.report = report;
    }

    @Override
    public Integer call() {
        var shell = new MetaShell(session, report);
        if (!lines.isEmpty()) {
            return shell.runAll(lines.iterator());
        }
        if (terminal.inIsTerminal() && terminal.outIsTerminal()) {
            return new MetaConsole(session, shell).run();
        }
        return shell.runAll(new TypedLines(new LineReader(terminal.in(), MetaWords.CHARS_MAX)));
    }

    /** Lines as they come, each read only when the one before is done. */
    private static final class TypedLines implements Iterator<String> {
        private final LineReader reader;
        private Optional<byte[]> next = Optional.empty();

        TypedLines(LineReader reader) {
            this.reader = reader;
        }

        @Override
        public boolean hasNext() {
            if (next.isEmpty()) {
                try {
                    next = reader.next();
                } catch (IOException e) {
                    throw new Failure(ExitCode.FAILED, "cannot read standard input: " + e.getMessage(), "", e);
                }
            }
            return next.isPresent();
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var line = new String(next.orElseThrow(), StandardCharsets.UTF_8);
            next = Optional.empty();
            return line;
        }
    }
}
