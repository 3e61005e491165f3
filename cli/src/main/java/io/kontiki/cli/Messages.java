package io.kontiki.cli;

/** What a command tells people beside its result: on standard error, and not with {@code --quiet}. */
final class Messages {
    private final Terminal terminal;
    private final GlobalOptions options;

    Messages(Terminal terminal, GlobalOptions options) {
        this.terminal = terminal;
        this.options = options;
    }

    /** One or more lines. */
    void tell(String text) {
        if (!options.quiet()) {
            terminal.err().println(text);
        }
    }

    /** Whether a progress line may be drawn: people are there and did not ask for silence. */
    boolean progressShown() {
        return terminal.errIsTerminal() && !options.quiet();
    }
}
