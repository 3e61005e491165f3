package io.kontiki.cli;

/** Prints many lines in few writes. Close it for the last ones. */
final class MetaPrinter implements AutoCloseable {
    private static final int CHARS = 32 * 1024;

    private final Terminal terminal;
    private final StringBuilder waiting = new StringBuilder();

    MetaPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    void line(String text) {
        print(text + "\n");
    }

    void print(String text) {
        waiting.append(text);
        if (waiting.length() >= CHARS) {
            flush();
        }
    }

    void flush() {
        terminal.print(waiting.toString());
        waiting.setLength(0);
    }

    @Override
    public void close() {
        flush();
    }
}
