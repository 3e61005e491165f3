package io.kontiki.broker;

import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether the event loops run: each ends an event or a tick many times a second, unless it is stuck. Stuck is one that
 * several looks in a row have found at the same event, the first and the last of them a while apart: so a pause of the
 * whole process counts for nothing. Guarded by its owner.
 */
final class LoopCheck {
    private static final int LOOKS_MIN = 3;

    /** How many events each loop has ended. */
    interface Turns {
        long[] all();
    }

    private final LongSupplier nanoTime;
    private final long patienceNanos;
    private Turns turns = () -> new long[0];
    private long[] last = new long[0];
    private int[] looks = new int[0];
    private long[] sinceNanos = new long[0];

    LoopCheck(LongSupplier nanoTime, long patienceNanos) {
        this.nanoTime = nanoTime;
        this.patienceNanos = patienceNanos;
    }

    void watch(Turns value) {
        turns = value;
        last = value.all();
        looks = new int[last.length];
        sinceNanos = new long[last.length];
    }

    /** What is wrong, if something is. */
    Optional<String> stuck() {
        long now = nanoTime.getAsLong();
        long[] seen = turns.all();
        int stuck = 0;
        for (int i = 0; i < last.length; i++) {
            if (seen[i] != last[i] || looks[i] == 0) {
                last[i] = seen[i];
                looks[i] = 1;
                sinceNanos[i] = now;
            } else {
                looks[i]++;
            }
            if (looks[i] >= LOOKS_MIN && now - sinceNanos[i] > patienceNanos) {
                stuck++;
            }
        }
        return stuck == 0
                ? Optional.empty()
                : Optional.of(stuck + " of " + last.length + " event loops have ended no event for "
                        + patienceNanos / 1_000_000_000 + " s");
    }
}
