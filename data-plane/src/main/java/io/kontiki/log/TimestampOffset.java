package io.kontiki.log;

/**
 * A record found by time.
 *
 * @param timestampMs the record's timestamp, in ms since 1970
 * @param offset the record's offset
 * @param leaderEpoch epoch of the batch that holds it
 */
public record TimestampOffset(long timestampMs, long offset, int leaderEpoch) {}
