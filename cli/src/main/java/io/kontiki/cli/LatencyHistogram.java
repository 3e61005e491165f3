package io.kontiki.cli;

/**
 * Counts latencies in cells of growing width: each holds values that differ by less than 0.1 %, so that the memory is
 * bounded however many there are. Longer ones than an hour count as an hour. Thread-safe: one thread sends, others hear
 * of the answers.
 */
final class LatencyHistogram {
    private static final int CELL_BITS = 10;
    private static final int CELLS = 1 << CELL_BITS;
    private static final long MAX_NANOS = 3_600_000_000_000L;

    /**
     * What was counted, all in nanoseconds; all 0 if nothing was.
     *
     * @param count how many
     * @param p50 the median; likewise the others: so many per cent took no longer
     */
    record Summary(long count, long min, double mean, long p50, long p90, long p95, long p99, long p999, long max) {}

    private final long[] counts = new long[cell(MAX_NANOS) + 1];
    private long count;
    private double sum;
    private long min = Long.MAX_VALUE;
    private long max;

    /** Counts one; less than nothing counts as nothing. */
    synchronized void record(long nanos) {
        long bounded = Math.max(0, Math.min(MAX_NANOS, nanos));
        counts[cell(bounded)]++;
        count++;
        sum += bounded;
        min = Math.min(min, bounded);
        max = Math.max(max, bounded);
    }

    synchronized Summary summary() {
        if (count == 0) {
            return new Summary(0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
        return new Summary(
                count,
                min,
                sum / count,
                percentile(50),
                percentile(90),
                percentile(95),
                percentile(99),
                percentile(99.9),
                max);
    }

    private long percentile(double percent) {
        long rank = Math.max(1, (long) Math.ceil(count * percent / 100));
        long seen = 0;
        for (int cell = 0; cell < counts.length; cell++) {
            seen += counts[cell];
            if (seen >= rank) {
                return Math.min(max, last(cell));
            }
        }
        throw new AssertionError("rank " + rank + " of " + count);
    }

    /** The first 2048 cells are exact; then each doubling of the value has 1024. */
    private static int cell(long nanos) {
        if (nanos < 2 * CELLS) {
            return (int) nanos;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - CELL_BITS;
        return shift * CELLS + (int) (nanos >>> shift);
    }

    /** The largest value of a cell. */
    private static long last(int cell) {
        if (cell < 2 * CELLS) {
            return cell;
        }
        int shift = cell / CELLS - 1;
        return ((cell - (long) shift * CELLS + 1) << shift) - 1;
    }
}
