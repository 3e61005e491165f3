package io.kontiki.cli;

import io.kontiki.cli.output.DocumentFormat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Runs lines of the metadata shell: the commands of {@code kontiki meta}, and those that only mean something among others. */
final class MetaShell {
    private static final String HELP = "help";
    static final List<String> ENDS = List.of("exit", "quit");

    /** What a line begins with. */
    @Command(
            name = "kontiki meta",
            description = "Look into the cluster's metadata. exit, quit or Ctrl-D ends it.",
            synopsisSubcommandLabel = "COMMAND")
    private static final class Line implements Runnable {
        @Mixin
        private MetaOptions options = new MetaOptions();

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                scope = ScopeType.INHERIT,
                description = "Show this help.")
        private boolean help;

        @Override
        public void run() {
            throw new Failure(ExitCode.USAGE, "options alone do nothing", "See: help");
        }
    }

    private final MetaSession session;
    private final ToIntFunction<Throwable> report;
    private final CommandLine commands;

    /** @param report tells what ended a command, and returns the exit code */
    MetaShell(MetaSession session, ToIntFunction<Throwable> report) {
        this.session = session;
        this.report = report;
        var line = new Line();
        commands = new CommandLine(line)
                .addSubcommand(new MetaLs(session))
                .addSubcommand(new MetaGet(session))
                .addSubcommand(new MetaStat(session))
                .addSubcommand(new MetaTree(session))
                .addSubcommand(new MetaFind(session))
                .addSubcommand(new MetaDump(session))
                .addSubcommand(new MetaCd(session))
                .addSubcommand(new MetaPwd(session))
                .registerConverter(DocumentFormat.class, new OneOf<>(DocumentFormat.class))
                .setParameterExceptionHandler((misuse, args) -> report.applyAsInt(misuse))
                .setExecutionExceptionHandler((thrown, command, parsed) -> report.applyAsInt(thrown))
                .setOut(session.terminal().textOut());
        session.lineOptions(line.options);
    }

    /** Names of the commands, for completion. */
    List<String> names() {
        return Stream.of(commands.getSubcommands().keySet(), List.of(HELP), ENDS)
                .flatMap(Collection::stream)
                .sorted()
                .toList();
    }

    /** Runs one line and returns its exit code; an empty line and a comment do nothing. */
    int run(String line) {
        List<String> words;
        try {
            words = MetaWords.of(line);
        } catch (Failure e) {
            return report.applyAsInt(e);
        }
        if (words.isEmpty()) {
            return ExitCode.DONE;
        }
        int code = commands.execute(arguments(words).toArray(String[]::new));
        commands.getOut().flush();
        return code;
    }

    /** {@code help} and {@code help get} are what people type in a shell. */
    private static List<String> arguments(List<String> words) {
        if (!words.get(0).equals(HELP)) {
            return words;
        }
        var asked = new ArrayList<>(words.subList(1, words.size()));
        asked.add("--help");
        return asked;
    }

    /** Runs lines until one fails, or ends the shell; returns the exit code of the last one that ran. */
    int runAll(Iterator<String> lines) {
        return session.with(source -> {
            int code = ExitCode.DONE;
            while (code == ExitCode.DONE && lines.hasNext()) {
                String line = lines.next();
                if (ENDS.contains(line.strip())) {
                    break;
                }
                code = run(line);
            }
            return code;
        });
    }
}
