package io.kontiki.benchmark.versus.load;

import java.util.BitSet;

/** Which records were acknowledged, and the longest time between two of them. Thread-safe. */
final class Acknowledgements {
    private final BitSet numbers = new BitSet();
    private long lastNanos;
    private long longestGapNanos;

    synchronized void onOutcome(int number, Throwable failure) {
        if (failure != null) {
            return;
        }
        long now = System.nanoTime();
        if (!numbers.isEmpty()) {
            longestGapNanos = Math.max(longestGapNanos, now - lastNanos);
        }
        lastNanos = now;
        numbers.set(number);
    }

    synchronized long longestGapNanos() {
        return longestGapNanos;
    }

    synchronized BitSet numbers() {
        return (BitSet) numbers.clone();
    }
}
