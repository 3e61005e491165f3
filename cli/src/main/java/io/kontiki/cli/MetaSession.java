package io.kontiki.cli;

import io.kontiki.cli.output.DocumentFormat;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * What the commands of one {@code kontiki meta} share: where they read, where they stand, and how they print. Several in one
 * run use one connection. One thread.
 */
final class MetaSession {
    private final Terminal terminal;
    private final Messages messages;
    private final MetaOptions options;
    private final MetaOpening opening;
    private MetaOptions lineOptions = new MetaOptions();
    private Optional<MetaSource> open = Optional.empty();
    private String directory = MetaPath.ROOT;

    MetaSession(Terminal terminal, Messages messages, MetaOptions options, MetaOpening opening) {
        this.terminal = terminal;
        this.messages = messages;
        this.options = options;
        this.opening = opening;
    }

    /** Options of the line that is run next count before those of the command. */
    void lineOptions(MetaOptions value) {
        lineOptions = value;
    }

    boolean offline() {
        return options.offline().isPresent();
    }

    boolean json() {
        return lineOptions.format().or(options::format).equals(Optional.of(DocumentFormat.JSON));
    }

    /** Runs something with the source open; what that runs uses the same. */
    int with(ToIntFunction<MetaSource> work) {
        if (open.isPresent()) {
            return work.applyAsInt(open.get());
        }
        return opening.with(source -> {
            open = Optional.of(source);
            try {
                return work.applyAsInt(source);
            } finally {
                open = Optional.empty();
            }
        });
    }

    /** The absolute path that was typed here; where this stands if nothing was. */
    String path(String typed) {
        return MetaPath.resolve(directory, typed == null ? "" : typed);
    }

    String directory() {
        return directory;
    }

    void enter(String path) {
        directory = path;
    }

    Messages messages() {
        return messages;
    }

    Terminal terminal() {
        return terminal;
    }

    MetaPrinter printer() {
        return new MetaPrinter(terminal);
    }
}
