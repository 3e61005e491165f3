package io.kontiki.log;

import io.kontiki.record.BatchRules;
import io.kontiki.record.TimestampPolicy;

/**
 * Settings of one log.
 *
 * @param segmentBytes a segment is closed before it grows beyond this; 1 KiB to 2 GiB - 1
 * @param segmentMillis a segment is closed once its first batch has been there for so long; at least 1
 * @param indexIntervalBytes bytes of batches between two index entries; 0 to 2 GiB - 1
 * @param maxMessageBytes greatest batch that may be appended, header included; at least 61. The log itself refuses no
 *     batch by it: it bounds what clients may send, and what recovery reads in one piece is bounded by the file
 * @param maxProducerIds producer ids remembered; beyond it those that have not appended for longest are forgotten; at
 *     least 1. Must be the same on all replicas of a partition, since producer state is a function of the log
 * @param timestamps which timestamps producers may send, and whether the leader's time replaces them
 * @param retention when old segments go
 * @param compaction whether and when old values of a key go
 */
public record LogConfig(
        int segmentBytes,
        long segmentMillis,
        int indexIntervalBytes,
        int maxMessageBytes,
        int maxProducerIds,
        TimestampPolicy timestamps,
        Retention retention,
        Compaction compaction) {
    private static final int MIN_SEGMENT_BYTES = 1024;
    private static final int MIN_MESSAGE_BYTES = 61;
    private static final long WEEK_MILLIS = 7L * 24 * 60 * 60 * 1000;

    /**
     * When old segments go. Whole closed segments only.
     *
     * @param millis age of a segment's newest record beyond which it goes; {@link #NO_LIMIT} keeps it for ever
     * @param bytes size of the log above which its oldest segments go; {@link #NO_LIMIT} lets it grow
     */
    public record Retention(long millis, long bytes) {
        public static final long NO_LIMIT = -1;
        public static final Retention UNLIMITED = new Retention(NO_LIMIT, NO_LIMIT);

        public Retention {
            require("retention millis", millis, NO_LIMIT);
            require("retention bytes", bytes, NO_LIMIT);
        }
    }

    /**
     * Whether and when old values of a key go.
     *
     * @param minDirtyRatio share of the log's bytes that must be uncompacted before it is worth the work; 0 to 1
     * @param minLagMillis a record stays as it is for so long at least; 0 or above
     * @param maxLagMillis after so long a record is compacted whatever the ratio; at least 1
     * @param deleteRetentionMillis tombstones and markers stay for so long after the pass that first kept them; 0 or above
     */
    public record Compaction(
            boolean enabled, double minDirtyRatio, long minLagMillis, long maxLagMillis, long deleteRetentionMillis) {
        public static final Compaction OFF = new Compaction(false, 0.5, 0, Long.MAX_VALUE, 24L * 60 * 60 * 1000);

        public Compaction {
            if (!(minDirtyRatio >= 0 && minDirtyRatio <= 1)) {
                throw new IllegalArgumentException("minDirtyRatio is " + minDirtyRatio + ", it must be from 0 to 1");
            }
            require("minLagMillis", minLagMillis, 0);
            require("maxLagMillis", maxLagMillis, 1);
            require("deleteRetentionMillis", deleteRetentionMillis, 0);
        }
    }

    public LogConfig {
        require("segmentBytes", segmentBytes, MIN_SEGMENT_BYTES);
        require("segmentMillis", segmentMillis, 1);
        require("indexIntervalBytes", indexIntervalBytes, 0);
        require("maxMessageBytes", maxMessageBytes, MIN_MESSAGE_BYTES);
        require("maxProducerIds", maxProducerIds, 1);
    }

    /**
     * Segments of 1 GiB or a week, an index entry every 4 KiB, batches up to 1 MiB, 100,000 producer ids; everything is
     * kept.
     */
    public static LogConfig defaults() {
        // Not a constant: Retention, loaded first, would find it made without itself.
        return new LogConfig(
                1 << 30, WEEK_MILLIS, 4096, 1 << 20, 100_000, TimestampPolicy.ANY, Retention.UNLIMITED, Compaction.OFF);
    }

    public LogConfig withSegmentBytes(int bytes) {
        return new LogConfig(
                bytes,
                segmentMillis,
                indexIntervalBytes,
                maxMessageBytes,
                maxProducerIds,
                timestamps,
                retention,
                compaction);
    }

    public LogConfig withSegmentMillis(long millis) {
        return new LogConfig(
                segmentBytes,
                millis,
                indexIntervalBytes,
                maxMessageBytes,
                maxProducerIds,
                timestamps,
                retention,
                compaction);
    }

    public LogConfig withIndexIntervalBytes(int bytes) {
        return new LogConfig(
                segmentBytes, segmentMillis, bytes, maxMessageBytes, maxProducerIds, timestamps, retention, compaction);
    }

    public LogConfig withMaxMessageBytes(int bytes) {
        return new LogConfig(
                segmentBytes,
                segmentMillis,
                indexIntervalBytes,
                bytes,
                maxProducerIds,
                timestamps,
                retention,
                compaction);
    }

    public LogConfig withMaxProducerIds(int ids) {
        return new LogConfig(
                segmentBytes,
                segmentMillis,
                indexIntervalBytes,
                maxMessageBytes,
                ids,
                timestamps,
                retention,
                compaction);
    }

    public LogConfig withTimestamps(TimestampPolicy policy) {
        return new LogConfig(
                segmentBytes,
                segmentMillis,
                indexIntervalBytes,
                maxMessageBytes,
                maxProducerIds,
                policy,
                retention,
                compaction);
    }

    public LogConfig withRetention(Retention limits) {
        return new LogConfig(
                segmentBytes,
                segmentMillis,
                indexIntervalBytes,
                maxMessageBytes,
                maxProducerIds,
                timestamps,
                limits,
                compaction);
    }

    public LogConfig withCompaction(Compaction settings) {
        return new LogConfig(
                segmentBytes,
                segmentMillis,
                indexIntervalBytes,
                maxMessageBytes,
                maxProducerIds,
                timestamps,
                retention,
                settings);
    }

    /** What clients may append. */
    public BatchRules rules() {
        return new BatchRules(maxMessageBytes, timestamps, compaction.enabled());
    }

    private static void require(String field, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(field + " is " + value + ", the least is " + min);
        }
    }
}
