package io.kontiki.log;

/** Names of directories of logs: {@code <topic>-<partition>}, and what they are named once they are put aside. */
public final class LogName {
    /** What file systems allow, in bytes; all characters of a topic's name are ASCII. */
    private static final int BYTES_MAX = 255;

    private LogName() {}

    /**
     * The log's name and the suffix. Of a topic whose name is nearly as long as a file's may be, so much is left out at its
     * end that both have room.
     *
     * @param suffix tells the log from others, as the same is left of different names
     */
    public static String aside(String log, String suffix) {
        int partition = log.lastIndexOf('-');
        int room = BYTES_MAX - suffix.length() - (log.length() - partition);
        return log.substring(0, Math.min(partition, room)) + log.substring(partition) + suffix;
    }

    /** Whether the suffix fits behind the whole name. */
    static boolean hasRoom(String log, String suffix) {
        return log.length() + suffix.length() <= BYTES_MAX;
    }
}
