package io.kontiki.log;

/**
 * Settings of one log.
 *
 * @param segmentBytes a segment is closed before it grows beyond this; 1 KiB to 2 GiB - 1
 * @param indexIntervalBytes bytes of batches between two index entries; 0 to 2 GiB - 1
 * @param maxMessageBytes greatest batch that may be appended, header included; at least 61. The log itself refuses no
 *     batch by it: it bounds what clients may send, and what recovery reads in one piece is bounded by the file
 * @param maxProducerIds producer ids remembered; beyond it those that have not appended for longest are forgotten; at
 *     least 1. Must be the same on all replicas of a partition, since producer state is a function of the log
 */
public record LogConfig(int segmentBytes, int indexIntervalBytes, int maxMessageBytes, int maxProducerIds) {
    private static final int MIN_SEGMENT_BYTES = 1024;
    private static final int MIN_MESSAGE_BYTES = 61;

    public LogConfig {
        require("segmentBytes", segmentBytes, MIN_SEGMENT_BYTES);
        require("indexIntervalBytes", indexIntervalBytes, 0);
        require("maxMessageBytes", maxMessageBytes, MIN_MESSAGE_BYTES);
        require("maxProducerIds", maxProducerIds, 1);
    }

    /** 1 GiB segments, an index entry every 4 KiB, batches up to 1 MiB and 100,000 producer ids. */
    public static LogConfig defaults() {
        return new LogConfig(1 << 30, 4096, 1 << 20, 100_000);
    }

    public LogConfig withSegmentBytes(int bytes) {
        return new LogConfig(bytes, indexIntervalBytes, maxMessageBytes, maxProducerIds);
    }

    public LogConfig withMaxMessageBytes(int bytes) {
        return new LogConfig(segmentBytes, indexIntervalBytes, bytes, maxProducerIds);
    }

    private static void require(String field, int value, int min) {
        if (value < min) {
            throw new IllegalArgumentException(field + " is " + value + ", the least is " + min);
        }
    }
}
