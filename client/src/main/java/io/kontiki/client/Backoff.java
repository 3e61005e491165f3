package io.kontiki.client;

import java.util.random.RandomGenerator;

/** Pauses between attempts: they double from the least to the most and vary by a half, so that clients do not march in step. */
final class Backoff {
    private static final int MAX_DOUBLINGS = 20;

    private final long minNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private int attempts;

    Backoff(long minNanos, long maxNanos, RandomGenerator random) {
        this.minNanos = minNanos;
        this.maxNanos = maxNanos;
        this.random = random;
    }

    /** The next pause, half to whole of its size. */
    long nextNanos() {
        long full = Math.min(maxNanos, minNanos << Math.min(attempts, MAX_DOUBLINGS));
        attempts++;
        return full / 2 + random.nextLong(full / 2 + 1);
    }

    /** Starts over after a success. */
    void reset() {
        attempts = 0;
    }
}
