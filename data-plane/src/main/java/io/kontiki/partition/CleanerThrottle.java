package io.kontiki.partition;

/**
 * Bounds the bytes per second of all that asks it together. Says how long to wait and waits for nobody itself. Any thread.
 */
final class CleanerThrottle {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    /** What was not used for so long may be made up for. */
    private static final long BURST_NANOS = NANOS_PER_SECOND / 10;

    private final long bytesPerSecond;
    /** Until when the bytes so far take. Guarded by this. */
    private long paidUntilNanos;

    /** @param bytesPerSecond at least 1; {@link Long#MAX_VALUE} for no bound */
    CleanerThrottle(long bytesPerSecond, long nowNanos) {
        this.bytesPerSecond = bytesPerSecond;
        this.paidUntilNanos = nowNanos;
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
