package io.kontiki.benchmark.versus.cluster;

import io.kontiki.benchmark.ResidentMemory;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;

/** What processes have used of the machine. */
public final class ProcessUse {
    private static final double MEBIBYTES_PER_GIGABYTE = 1e9 / (1 << 20);

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
