package io.kontiki.cli;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * When each record of a load is due.
 *
 * <p>With a rate, latencies count from the moment in which a record was due, not from that in which it was sent at last:
 * else a broker that stops everything for a second would spoil one record of a hundred that had to wait.
 *
 * @param startNanos of the first record
 * @param perSecond records per second, at least 1; empty for as fast as they can be sent
 */
record Pace(long startNanos, OptionalLong perSecond) {
    private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Of the record with that number, from 0 on, by the clock of the start; now, if there is no rate. */
    long dueNanos(long number, long nowNanos) {
        return perSecond.isEmpty() ? nowNanos : startNanos + Math.round(number * SECOND_NANOS / perSecond.getAsLong());
    }
}
