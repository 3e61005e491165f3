package io.kontiki.service.quorum;

/**
 * How long this broker may believe that it is not fenced (rule L16): from when the last accepted heartbeat was sent, for
 * 0.8 of a session. One thread renews, any may ask.
 */
final class Lease {
    private final long durationNanos;
    private volatile long endNanos = System.nanoTime();

    Lease(long sessionNanos) {
        this.durationNanos = sessionNanos / 10 * 8;
    }

    void renew(long sentNanos) {
        var end = sentNanos + durationNanos;
        if (end - endNanos > 0) {
            endNanos = end;
        }
    }

    void end() {
        endNanos = System.nanoTime();
    }

    boolean holds(long nowNanos) {
        return nowNanos - endNanos < 0;
    }

    long endNanos() {
        return endNanos;
    }
}
