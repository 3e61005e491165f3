package io.kontiki.log;

import io.kontiki.storage.Disk;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * How far a log has been compacted. Lost it costs work only, as everything counts as not compacted then; but it must never
 * be too high, or a tombstone may go before the values that it deletes. So it has a checksum, and whoever cuts a log lowers
 * it first. A text file, {@code cleaner-checkpoint}:
 *
 * <pre>
 * "0" | first dirty offset | latest delete horizon | CRC-32C of the two lines before, in hexadecimal
 * </pre>
 *
 * @param firstDirtyOffset below it each key has one value at most
 * @param latestHorizonMs when the last tombstone or marker that is kept for a time may go, in ms since 1970; {@link #NONE}
 *     if there is none
 */
record CleanerCheckpoint(long firstDirtyOffset, long latestHorizonMs) {
    static final long NONE = Long.MIN_VALUE;
    static final CleanerCheckpoint NOTHING_CLEANED = new CleanerCheckpoint(0, NONE);

    private static final String NAME = "cleaner-checkpoint";
    private static final String VERSION = "0";
    private static final int LINES = 4;
    private static final int MAX_BYTES = 1024;

    /** What the file says; {@link #NOTHING_CLEANED} if it is missing or does not parse. */
    static CleanerCheckpoint read(LogDirectory directory) {
        Disk disk = directory.disk();
        String path = directory.file(NAME);
        if (!disk.exists(path)) {
            return NOTHING_CLEANED;
        }
        try (var file = disk.open(path)) {
            if (file.size() > MAX_BYTES) {
                return NOTHING_CLEANED;
            }
        }
        return parse(new String(disk.readSmall(path, MAX_BYTES), StandardCharsets.UTF_8));
    }

    private static CleanerCheckpoint parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() != LINES
                || !lines.get(0).equals(VERSION)
                || !lines.get(3).equals(checksum(lines.get(1), lines.get(2)))) {
            return NOTHING_CLEANED;
        }
        try {
            return new CleanerCheckpoint(Long.parseLong(lines.get(1)), Long.parseLong(lines.get(2)));
        } catch (NumberFormatException malformed) {
            return NOTHING_CLEANED;
        }
    }

    /** Durable on return. */
    void write(LogDirectory directory) {
        String offset = Long.toString(firstDirtyOffset);
        String horizon = Long.toString(latestHorizonMs);
        String text = String.join("\n", VERSION, offset, horizon, checksum(offset, horizon), "");
        directory.disk().writeAtomically(directory.file(NAME), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Before a log is cut at an offset: what comes there later is not compacted. Durable on return. */
    static void lowerTo(LogDirectory directory, long endOffset) {
        CleanerCheckpoint now = read(directory);
        if (now.firstDirtyOffset > endOffset) {
            new CleanerCheckpoint(endOffset, now.latestHorizonMs).write(directory);
        }
    }

    private static String checksum(String offset, String horizon) {
        CRC32C crc = new CRC32C();
        crc.update((offset + "\n" + horizon).getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
