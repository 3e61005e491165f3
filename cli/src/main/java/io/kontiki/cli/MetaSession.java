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
    private final Clients clients;
    private final Messages messages;
    private final MetaOptions options;
    private MetaOptions lineOptions = new MetaOptions();
    private Optional<MetaSource> open = Optional.empty();
    private String directory = MetaPath.ROOT;

    MetaSession(Terminal terminal, Clients clients, Messages messages, MetaOptions options) {
        this.options = options;
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    /** Options of the line that is run next count before those of the command. */
    void lineOptions(MetaOptions value) {
        lineOptions = value;
    }

    boolean json() {
        return lineOptions.format().or(options::format).equals(Optional.of(DocumentFormat.JSON));
    }

    /** Runs something with the source open; what that runs uses the same. */
    int with(ToIntFunction<MetaSource> work) {
        if (open.isPresent()) {
            return work.applyAsInt(open.get());
        }
        try {
            if (options.offline().isPresent()) {
                return opened(MetaOffline.open(options.offline().get(), messages), work);
            }
            return clients.withAdmin(admin -> opened(new MetaLive(admin), work));
        } finally {
            open = Optional.empty();
        }
    }

    private int opened(MetaSource source, ToIntFunction<MetaSource> work) {
        open = Optional.of(source);
        return work.applyAsInt(source);
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
