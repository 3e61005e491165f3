package io.kontiki.partition;

import java.util.function.LongSupplier;

/** Bounds the bytes per second of all that asks it together. The bound may change at any time. Any thread. */
final class DiskThrottle {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    /** What was not used for so long may be made up for. */
    private static final long BURST_NANOS = NANOS_PER_SECOND / 10;

    /** Whoever waits looks so often whether the bound has changed. */
    private static final long LOOK_NANOS = NANOS_PER_SECOND / 2;
    /** What is owed under a bound is owed under a lower one for so long at most. */
    private static final long DEBT_NANOS_MAX = 60 * NANOS_PER_SECOND;

    /** Guarded by this. */
    private long bytesPerSecond;
    /** Until when the bytes so far take. Guarded by this. */
    private long paidUntilNanos;

    /** @param bytesPerSecond at least 1; {@link Long#MAX_VALUE} for no bound */
    DiskThrottle(long bytesPerSecond, long nowNanos) {
        this.bytesPerSecond = bytesPerSecond;
        this.paidUntilNanos = nowNanos;
    }

    /** How somebody waits. */
    @FunctionalInterface
    interface Pause {
        /** @return false if the end came, and nothing more is to be done */
        boolean forNanos(long nanos);
    }

    /** As of the constructor; what was used already is paid for at the new rate. */
    synchronized void limit(long newBytesPerSecond, long nowNanos) {
        long owedNanos = paidUntilNanos - nowNanos;
        if (owedNanos > 0 && newBytesPerSecond != bytesPerSecond) {
            double scaled = (double) owedNanos * bytesPerSecond / newBytesPerSecond;
            paidUntilNanos = nowNanos + (long) Math.min(scaled, DEBT_NANOS_MAX);
        }
        bytesPerSecond = newBytesPerSecond;
    }

    /**
     * Takes bytes into account and waits for as long as no more may be read or written.
     *
     * @return false if the end came
     */
    boolean spend(int bytes, LongSupplier nanoTime, Pause pause) {
        long nowNanos = nanoTime.getAsLong();
        long untilNanos = nowNanos + delayNanos(bytes, nowNanos);
        long bound = bound();
        do {
            if (bound() != bound) {
                bound = bound();
                nowNanos = nanoTime.getAsLong();
                untilNanos = nowNanos + delayNanos(0, nowNanos);
            }
            long leftNanos = Math.max(0, untilNanos - nanoTime.getAsLong());
            if (!pause.forNanos(Math.min(leftNanos, LOOK_NANOS))) {
                return false;
            }
        } while (untilNanos - nanoTime.getAsLong() > 0);
        return true;
    }

    private synchronized long bound() {
        return bytesPerSecond;
    }

    /**
     * Takes bytes into account that were read or written.
     *
     * @return for how long not to read or write more; 0 or above
     */
    synchronized long delayNanos(int bytes, long nowNanos) {
        if (bytesPerSecond == Long.MAX_VALUE) {
            return 0;
        }
        if (paidUntilNanos - (nowNanos - BURST_NANOS) < 0) {
            paidUntilNanos = nowNanos - BURST_NANOS;
        }
        paidUntilNanos += (long) ((double) bytes * NANOS_PER_SECOND / bytesPerSecond);
        return Math.max(0, paidUntilNanos - nowNanos);
    }
}
