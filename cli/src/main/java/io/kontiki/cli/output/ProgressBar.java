package io.kontiki.cli.output;

import java.io.PrintStream;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * One line on a terminal that is drawn over and over: how much is done and how fast, with a bar where the whole is known.
 * Not thread-safe.
 */
public final class ProgressBar {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int BAR_CELLS = 24;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream terminal;
    private final boolean shown;
    private final OptionalLong totalBytes;
    private final LongSupplier nanoClock;
    private final long startNanos;
    private long lastDrawNanos;
    private boolean drawn;

    /**
     * @param terminal where to draw
     * @param shown false to draw nothing, where the stream is no terminal
     * @param totalBytes the whole, if it is known
     * @param nanoClock a monotonic clock
     */
    public ProgressBar(PrintStream terminal, boolean shown, OptionalLong totalBytes, LongSupplier nanoClock) {
        this.terminal = terminal;
        this.shown = shown;
        this.totalBytes = totalBytes;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
        this.lastDrawNanos = startNanos;
    }

    /** Draws the present state, at most ten times a second. */
    public void update(long records, long bytes) {
        update(Quantity.count(records, "record"), bytes, totalBytes);
    }

    /**
     * As {@link #update(long, long)}, with other words, and where the whole grows meanwhile.
     *
     * @param what stands between the bar and the bytes
     * @param total the whole, if it is known
     */
    public void update(String what, long bytes, OptionalLong total) {
        long now = nanoClock.getAsLong();
        if (!shown || now - lastDrawNanos < REDRAW_NANOS) {
            return;
        }
        lastDrawNanos = now;
        drawn = true;
        terminal.print(CLEAR_LINE + line(what, bytes, total, now - startNanos));
        terminal.flush();
    }

    /** Removes the line, so that other text can follow. */
    public void clear() {
        if (drawn) {
            terminal.print(CLEAR_LINE);
            terminal.flush();
            drawn = false;
        }
    }

    private static String line(String what, long bytes, OptionalLong total, long elapsedNanos) {
        long perSecond = Math.round(bytes / (elapsedNanos / 1e9));
        String rate = what + "  " + Quantity.bytes(bytes) + "  " + Quantity.bytes(perSecond) + "/s";
        return total.isPresent() ? bar(bytes, total.getAsLong()) + "  " + rate : rate;
    }

    private static String bar(long done, long total) {
        double share = total <= 0 ? 1 : Math.min(1, (double) done / total);
        int full = (int) (share * BAR_CELLS);
        return "[" + "#".repeat(full) + ".".repeat(BAR_CELLS - full) + "] " + (int) (share * 100) + "%";
    }
}
