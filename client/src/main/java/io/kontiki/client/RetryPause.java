package io.kontiki.client;

import java.util.OptionalLong;

/** The pause of one partition after a failure; longer after each that follows. Pure. */
final class RetryPause {
    private final Backoff backoff;
    private boolean waiting;
    private long endNanos;

    RetryPause(Backoff backoff) {
        this.backoff = backoff;
    }

    void begin(long nowNanos) {
        waiting = true;
        endNanos = nowNanos + backoff.nextNanos();
    }

    boolean isUnderWay(long nowNanos) {
        waiting &= nowNanos - endNanos < 0;
        return waiting;
    }

    /** There is reason to think that the next try goes well. */
    void end() {
        waiting = false;
        backoff.reset();
    }

    /** A try went well: the next pause is a short one. */
    void onSuccess() {
        backoff.reset();
    }

    /** When it ends, if there is one. */
    OptionalLong endNanos() {
        return waiting ? OptionalLong.of(endNanos) : OptionalLong.empty();
    }
}
