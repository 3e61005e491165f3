package io.kontiki.record;

import java.util.Objects;

/**
 * Which timestamps a topic accepts from producers (KIP-937). A record without a timestamp always passes, and with
 * {@link TimestampType#LOG_APPEND_TIME} every record does, since the leader's time replaces what was sent.
 *
 * @param beforeMaxMillis how far a timestamp may lie before the broker's time; 0 or above, in ms
 * @param afterMaxMillis how far it may lie after the broker's time; 0 or above, in ms
 */
public record TimestampPolicy(TimestampType type, long beforeMaxMillis, long afterMaxMillis) {
    /** Create time, and any. */
    public static final TimestampPolicy ANY =
            new TimestampPolicy(TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE);

    public TimestampPolicy {
        Objects.requireNonNull(type, "type");
        requireNotNegative("beforeMaxMillis", beforeMaxMillis);
        requireNotNegative("afterMaxMillis", afterMaxMillis);
    }

    private static void requireNotNegative(String field, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(field + " is " + value + ", the least is 0");
        }
    }

    /**
     * Whether a timestamp is within the bounds.
     *
     * @param timestampMs ms since 1970, at least 0, or {@link BatchHeader#NO_TIMESTAMP}
     * @param nowMillis the broker's time, ms since 1970, at least 0
     */
    public boolean accepts(long timestampMs, long nowMillis) {
        if (type == TimestampType.LOG_APPEND_TIME || timestampMs == BatchHeader.NO_TIMESTAMP) {
            return true;
        }
        return nowMillis - timestampMs <= beforeMaxMillis && timestampMs - nowMillis <= afterMaxMillis;
    }
}
