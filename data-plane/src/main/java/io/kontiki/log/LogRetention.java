package io.kontiki.log;

import io.kontiki.log.LogConfig.Retention;
import io.kontiki.record.BatchHeader;
import java.util.OptionalLong;

/**
 * Which closed segments a log may forget, by age and by size, as Kafka decides it. Pure: the caller moves the log start.
 *
 * <p>A segment is as old as its newest record. One whose records have no timestamps at all goes with the first segment
 * behind it that has some: it is older than that one.
 */
final class LogRetention {
    private LogRetention() {}

    /**
     * The log start that retention asks for.
     *
     * @param nowMillis since 1970, on the clock that the records' timestamps are compared with
     * @param limitOffset only segments that end at or below it may go: what is not yet decided stays (rule V6)
     * @return above the present log start; empty if nothing is to go
     */
    static OptionalLong point(LogView log, Retention retention, long nowMillis, long limitOffset) {
        int closed = 0;
        while (closed < log.segments().length - 1 && log.endOf(closed) <= limitOffset) {
            closed++;
        }
        int going = Math.max(
                expired(log, closed, retention.millis(), nowMillis), beyondSize(log, closed, retention.bytes()));
        return going == 0 ? OptionalLong.empty() : OptionalLong.of(log.endOf(going - 1));
    }

    /** How many of the first segments are too old. */
    private static int expired(LogView log, int closed, long retentionMillis, long nowMillis) {
        int going = 0;
        if (retentionMillis == Retention.NO_LIMIT) {
            return going;
        }
        for (int i = 0; i < closed; i++) {
            long newest = log.segments()[i].maxTimestampMs();
            if (newest == BatchHeader.NO_TIMESTAMP) {
                continue;
            }
            if (nowMillis - newest <= retentionMillis) {
                break;
            }
            going = i + 1;
        }
        return going;
    }

    /** How many of the first segments the log can do without and still be as big as it may be. */
    private static int beyondSize(LogView log, int closed, long retentionBytes) {
        int going = 0;
        if (retentionBytes == Retention.NO_LIMIT) {
            return going;
        }
        long excess = log.sizeInBytes() - retentionBytes;
        while (going < closed && excess >= log.segments()[going].sizeInBytes()) {
            excess -= log.segments()[going].sizeInBytes();
            going++;
        }
        return going;
    }
}
