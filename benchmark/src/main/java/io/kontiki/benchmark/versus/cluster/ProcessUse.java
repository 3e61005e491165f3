package io.kontiki.benchmark.versus.cluster;

import io.kontiki.benchmark.ResidentMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;

/** What processes have used of the machine. */
public final class ProcessUse {
    private static final double MEBIBYTES_PER_GIGABYTE = 1e9 / (1 << 20);

    private static final String DISK_READS = "read_bytes:";

    private ProcessUse() {}

    /** Processor time of all of them since their starts, in seconds, to a hundredth. */
    public static double cpuSeconds(Collection<Long> pids) {
        return pids.stream()
                        .map(pid -> ProcessHandle.of(pid)
                                .orElseThrow()
                                .info()
                                .totalCpuDuration()
                                .orElseThrow())
                        .mapToDouble(Duration::toMillis)
                        .sum()
                / 1e3;
    }

    /** What all of them have had to read from disks, in bytes; what came from the page cache does not count. */
    public static long diskReadBytes(Collection<Long> pids) throws IOException {
        long sum = 0;
        for (long pid : pids) {
            sum += diskReadBytes(pid);
        }
        return sum;
    }

    private static long diskReadBytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "io"))) {
            if (line.startsWith(DISK_READS)) {
                return Long.parseLong(line.substring(DISK_READS.length()).strip());
            }
        }
        throw new IOException("the system does not count what process " + pid + " reads");
    }

    /** The sum of the most that each has had in memory, in GB. */
    public static double peakGigabytes(Collection<Long> pids) throws IOException {
        double sum = 0;
        for (long pid : pids) {
            sum += ResidentMemory.peakMebibytes(pid);
        }
        return sum / MEBIBYTES_PER_GIGABYTE;
    }

    /** What they have in memory now, in GB. */
    public static double residentGigabytes(Collection<Long> pids) throws IOException {
        double sum = 0;
        for (long pid : pids) {
            sum += ResidentMemory.mebibytes(pid);
        }
        return sum / MEBIBYTES_PER_GIGABYTE;
    }
}
