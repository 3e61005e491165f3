package io.kontiki.broker;

import io.kontiki.partition.RecoveryProgress;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether the recovery of the logs goes on. It may take as long as it must, but not stand still: the largest step is one
 * segment. Guarded by its owner.
 */
final class RecoveryCheck {
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** What is left to do, of the moment. */
    interface Remaining {
        int logs();

        int segments();

        static Remaining of(RecoveryProgress progress) {
            return new Remaining() {
                @Override
                public int logs() {
                    return progress.remainingLogs();
                }

                @Override
                public int segments() {
                    return progress.remainingSegments();
                }
            };
        }
    }

    private static final Remaining UNKNOWN = new Remaining() {
        @Override
        public int logs() {
            return 0;
        }

        @Override
        public int segments() {
            return 0;
        }
    };

    private final LongSupplier nanoTime;
    private Remaining remaining = UNKNOWN;
    private int lastLogs;
    private int lastSegments;
    private long sinceNanos;

    RecoveryCheck(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.sinceNanos = nanoTime.getAsLong();
    }

    void watch(Remaining value) {
        remaining = value;
        sinceNanos = nanoTime.getAsLong();
    }

    /** To be asked now and then: what changed between two looks counts as of the later one. */
    boolean isStuck() {
        int logs = remaining.logs();
        int segments = remaining.segments();
        if (logs != lastLogs || segments != lastSegments) {
            lastLogs = logs;
            lastSegments = segments;
            sinceNanos = nanoTime.getAsLong();
        }
        return nanoTime.getAsLong() - sinceNanos > PATIENCE_NANOS;
    }

    String detail() {
        return remaining.logs() + " logs and " + remaining.segments() + " segments are left"
                + (isStuck() ? ", and no fewer for 10 minutes" : "");
    }
}
