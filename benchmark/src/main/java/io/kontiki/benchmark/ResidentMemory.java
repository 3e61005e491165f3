package io.kontiki.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process occupies in memory, as Linux tells it. */
public final class ResidentMemory {
    private ResidentMemory() {}

    /** In MiB; fails where there is no {@code /proc}. */
    public static double mebibytes(long pid) throws IOException {
        return field(pid, "VmRSS:");
    }

    /** The most that it ever had, in MiB; fails where there is no {@code /proc}. */
    public static double peakMebibytes(long pid) throws IOException {
        return field(pid, "VmHWM:");
    }

    private static double field(long pid, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("process " + pid + " has no " + name);
    }
}
