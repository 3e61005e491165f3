package io.kontiki.benchmark.versus.load;

import java.util.BitSet;

/** Which records were acknowledged, when the first and the last, and the longest time between two of them. Thread-safe. */
final class Acknowledgements {
    private final BitSet numbers = new BitSet();
    private long firstNanos;
    private long lastNanos;
    private long longestGapNanos;

    synchronized void onOutcome(int number, Throwable failure) {
        if (failure != null) {
            return;
        }
        long now = System.nanoTime();
        if (numbers.isEmpty()) {
            firstNanos = now;
        } else {
            longestGapNanos = Math.max(longestGapNanos, now - lastNanos);
        }
        lastNanos = now;
        numbers.set(number);
    }

    /** As {@link System#nanoTime} has it; 0 if there was none. */
    synchronized long firstNanos() {
        return firstNanos;
    }

    /** As {@link System#nanoTime} has it; 0 if there was none. */
    synchronized long lastNanos() {
        return lastNanos;
    }

    synchronized long longestGapNanos() {
        return longestGapNanos;
    }

    synchronized BitSet numbers() {
        return (BitSet) numbers.clone();
    }
}
