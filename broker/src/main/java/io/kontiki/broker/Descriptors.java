package io.kontiki.broker;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How the file descriptors that this process may have are shared out: half of them to connections of clients and brokers,
 * a quarter to files of the logs; the rest is left to the metadata log, and to what logs need above their share. Without,
 * connections that do nothing could keep the logs from opening their files.
 *
 * @param max that the process may have at a time, at least 1
 */
record Descriptors(long max) {
    /** Fewer than these limit what a broker can do. With as many, the logs of one directory have all that they use. */
    static final long RECOMMENDED = 20_000;

    private static final int CONNECTIONS_MAX = 1_000_000;
    private static final int OPEN_FILES_MIN = 8;
    private static final int OPEN_FILES_MAX = 5_000;

    /** The limit of the system, or none where it does not tell. */
    static Descriptors ofThisProcess() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return new Descriptors(
                system instanceof UnixOperatingSystemMXBean unix ? unix.getMaxFileDescriptorCount() : Long.MAX_VALUE);
    }

    boolean areFew() {
        return max < RECOMMENDED;
    }

    /** Connections that the broker takes at a time. */
    int connectionsMax() {
        return (int) Math.max(1, Math.min(max / 2, CONNECTIONS_MAX));
    }

    /**
     * Files that the logs of one directory keep open at a time.
     *
     * @param directories that share them, at least 1
     */
    int openFilesMax(int directories) {
        return (int) Math.max(OPEN_FILES_MIN, Math.min(max / 4 / directories, OPEN_FILES_MAX));
    }
}
