package io.kontiki.localcluster;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Tells whoever waits for a run how it goes: lines, and a bar that is drawn anew below them. Where nobody sees a terminal, the bar
 * is a line now and then. Thread-safe.
 */
public final class Console {
    private static final int BAR = 30;
    private static final long REDRAWN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;
    private final long began = System.nanoTime();
    private long drawn = began;
    private String bar = "";

    /** @param terminal whether it can go back to the beginning of a line */
    public Console(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Something that happened. */
    public synchronized void line(String text) {
        out.println(bar.isEmpty() ? text : CLEAR + text);
        out.print(bar);
        out.flush();
    }

    /**
     * How far it is.
     *
     * @param done of 1; what is left takes as long, as far as can be told
     * @param what happened so far
     */
    public synchronized void progress(double done, String what) {
        long now = System.nanoTime();
        if (now - drawn < (terminal ? REDRAWN_NANOS : LINE_NANOS)) {
            return;
        }
        drawn = now;
        String text = drawing(done, (now - began) / 1e9) + what;
        if (terminal) {
            out.print(CLEAR + text);
            out.flush();
            bar = text;
        } else {
            out.println(text);
        }
    }

    private static String drawing(double done, double seconds) {
        int filled = (int) (BAR * Math.min(1, done));
        String left = done > 0 ? time(seconds * (1 - done) / done) + " left, " : "";
        return String.format(
                Locale.ROOT,
                "[%s%s] %3.0f %%  %s%s, ",
                "#".repeat(filled),
                ".".repeat(BAR - filled),
                100 * done,
                left,
                time(seconds) + " gone");
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
    }

    /** Takes the bar away. */
    public synchronized void finish() {
        if (!bar.isEmpty()) {
            bar = "";
            out.print(CLEAR);
            out.flush();
        }
    }
}
