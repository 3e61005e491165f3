package io.kontiki.log;

import java.util.List;

/**
 * How far a log has been compacted. Lost it costs work only, as everything counts as not compacted then; but it must never
 * be too high, or a tombstone may go before the values that it deletes. So it has a checksum, and whoever cuts a log lowers
 * it first. A file of {@link ChecksummedLines}, {@code cleaner-checkpoint}: first dirty offset, latest delete horizon.
 *
 * @param firstDirtyOffset below it each key has one value at most
 * @param latestHorizonMs when the last tombstone or marker that is kept for a time may go, in ms since 1970; {@link #NONE}
 *     if there is none
 */
record CleanerCheckpoint(long firstDirtyOffset, long latestHorizonMs) {
    static final long NONE = Long.MIN_VALUE;
    static final CleanerCheckpoint NOTHING_CLEANED = new CleanerCheckpoint(0, NONE);

    private static final ChecksummedLines FILE = new ChecksummedLines("cleaner-checkpoint", 2);

    /** What the file says; {@link #NOTHING_CLEANED} if it is missing or does not parse. */
    static CleanerCheckpoint read(LogDirectory directory) {
        try {
            return FILE.read(directory)
                    .map(lines -> new CleanerCheckpoint(Long.parseLong(lines.get(0)), Long.parseLong(lines.get(1))))
                    .orElse(NOTHING_CLEANED);
        } catch (NumberFormatException malformed) {
            return NOTHING_CLEANED;
        }
    }

    /** Durable on return. */
    void write(LogDirectory directory) {
        FILE.write(directory, List.of(Long.toString(firstDirtyOffset), Long.toString(latestHorizonMs)));
    }

    /** Before a log is cut at an offset: what comes there later is not compacted. Durable on return. */
    static void lowerTo(LogDirectory directory, long endOffset) {
        CleanerCheckpoint now = read(directory);
        if (now.firstDirtyOffset > endOffset) {
            new CleanerCheckpoint(endOffset, now.latestHorizonMs).write(directory);
        }
    }
}
