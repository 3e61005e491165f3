package io.kontiki.measure;

import java.util.concurrent.atomic.LongAdder;

/** How often something took how long, in fixed buckets, so that the histograms of several brokers can be summed. Thread-safe. */
public final class LatencyHistogram {
    private static final long MICROS = 1_000;
    private static final long MILLIS = 1_000 * MICROS;
    private static final long SECONDS = 1_000 * MILLIS;
    private static final double NANOS_PER_SECOND = SECONDS;

    /** Upper bounds, inclusive, in nanoseconds; what is above them has a bucket of its own. */
    private static final long[] BOUNDS = {
        500 * MICROS,
        MILLIS,
        2_500 * MICROS,
        5 * MILLIS,
        10 * MILLIS,
        25 * MILLIS,
        50 * MILLIS,
        100 * MILLIS,
        250 * MILLIS,
        500 * MILLIS,
        SECONDS,
        2_500 * MILLIS,
        5 * SECONDS,
        10 * SECONDS
    };

    private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
    private final LongAdder sumNanos = new LongAdder();

    LatencyHistogram() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** @param nanos how long it took; below 0 counts as 0 */
    public void add(long nanos) {
        long took = Math.max(0, nanos);
        int bucket = 0;
        while (bucket < BOUNDS.length && took > BOUNDS[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sumNanos.add(took);
    }

    /** Upper bounds of the buckets in seconds, inclusive; the last one is infinite. */
    public static double[] boundsSeconds() {
        double[] bounds = new double[BOUNDS.length + 1];
        for (int i = 0; i < BOUNDS.length; i++) {
            bounds[i] = BOUNDS[i] / NANOS_PER_SECOND;
        }
        bounds[BOUNDS.length] = Double.POSITIVE_INFINITY;
        return bounds;
    }

    /** How often, in each bucket alone. */
    public long[] counts() {
        long[] seen = new long[counts.length];
        for (int i = 0; i < counts.length; i++) {
            seen[i] = counts[i].sum();
        }
        return seen;
    }

    /** All of it together. */
    public double sumSeconds() {
        return sumNanos.sum() / NANOS_PER_SECOND;
    }
}
