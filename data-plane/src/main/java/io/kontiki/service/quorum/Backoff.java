package io.kontiki.service.quorum;

/** How long to wait before the next try: 20 ms at first, doubled each time, at most half a second. Not thread-safe. */
final class Backoff {
    private static final long FIRST_MILLIS = 20;
    private static final long MILLIS_MAX = 500;

    private long nextMillis = FIRST_MILLIS;

    long nextMillis() {
        var wait = nextMillis;
        nextMillis = Math.min(MILLIS_MAX, 2 * nextMillis);
        return wait;
    }

    void reset() {
        nextMillis = FIRST_MILLIS;
    }
}
