package io.kontiki.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp;

/** The metadata shell for people: with editing, completion and a history. A line that fails does not end it. */
final class MetaConsole {
    private static final int HISTORY_LINES = 1_000;
    /** What it says is for developers. Held, because the JDK keeps loggers weakly, and their levels with them. */
    private static final Logger JLINE = Logger.getLogger("org.jline");

    private final MetaSession session;
    private final MetaShell shell;

    MetaConsole(MetaSession session, MetaShell shell) {
        this.session = session;
        this.shell = shell;
    }

    /** Runs it on the terminal of the process. */
    int run() {
        JLINE.setLevel(Level.OFF);
        try (var screen = TerminalBuilder.builder()
                .system(true)
                .type(type(session.terminal().variable("TERM").orElse("")))
                .encoding(StandardCharsets.UTF_8)
                .build()) {
            return run(screen);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILED,
                    "the terminal cannot be used: " + e.getMessage(),
                    "Try the lines with -c, or from a pipe.",
                    e);
        }
    }

    /** One of which nothing is known gets no control sequences. */
    static String type(String told) {
        try {
            if (!told.isBlank()) {
                InfoCmp.getInfoCmp(told);
                return told;
            }
        } catch (IOException e) {
            // Not known here.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return org.jline.terminal.Terminal.TYPE_DUMB;
    }

    int run(org.jline.terminal.Terminal screen) {
        var reader = LineReaderBuilder.builder()
                .terminal(screen)
                .completer(new MetaCompletion(session, shell.names()))
                .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES)
                // A ! is no reference to the history: values may have it.
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
        historyFile().ifPresent(file -> reader.variable(LineReader.HISTORY_FILE, file));
        session.messages().tell("Type help for the commands, Tab to complete, Ctrl-D to leave.");
        return session.with(source -> loop(reader.build()));
    }

    private int loop(LineReader reader) {
        while (true) {
            try {
                String line = reader.readLine("kontiki:" + session.directory() + "> ");
                if (MetaShell.ENDS.contains(line.strip())) {
                    return ExitCode.DONE;
                }
                shell.run(line);
            } catch (UserInterruptException e) {
                // Ctrl-C drops the line, as in other shells.
            } catch (EndOfFileException e) {
                return ExitCode.DONE;
            }
        }
    }

    /** Where programs keep what they would not miss (XDG base directories); none without a home. */
    private Optional<Path> historyFile() {
        return session.terminal()
                .variable("XDG_STATE_HOME")
                .map(Path::of)
                .or(() -> session.terminal().variable("HOME").map(home -> Path.of(home, ".local", "state")))
                .map(state -> state.resolve("kontiki").resolve("meta_history"));
    }
}
