package io.kontiki.chaos.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Processor time since the machine was booted, in ticks: of this process, of those that it started, and of all there are.
 * Without it nobody can tell a slow product from a busy machine.
 */
public record ProcessorTime(long own, long children, long all) {
    private static final int UTIME = 11;
    private static final int CUTIME = 13;

    /** As it is now; empty where the system does not tell. */
    public static Optional<ProcessorTime> now() {
        try {
            String[] self = fields(Path.of("/proc/self/stat"));
            // Those that ended, and those that live still.
            long children = pair(self, CUTIME)
                    + ProcessHandle.current()
                            .descendants()
                            .mapToLong(process -> living(process.pid()))
                            .sum();
            return Optional.of(new ProcessorTime(pair(self, UTIME), children, busy()));
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }

    private static long living(long pid) {
        try {
            String[] fields = fields(Path.of("/proc", Long.toString(pid), "stat"));
            return pair(fields, UTIME) + pair(fields, CUTIME);
        } catch (IOException gone) {
            return 0;
        }
    }

    /** All behind the name, which may hold spaces and ends with the last bracket. */
    private static String[] fields(Path stat) throws IOException {
        String text = Files.readString(stat, StandardCharsets.ISO_8859_1);
        return text.substring(text.lastIndexOf(')') + 2).split(" ");
    }

    private static long pair(String[] fields, int first) {
        return Long.parseLong(fields[first]) + Long.parseLong(fields[first + 1]);
    }

    /** user, nice, system, then idle and waiting, which are not busy, irq, softirq, steal. */
    private static long busy() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/stat"), StandardCharsets.ISO_8859_1)) {
            String[] all = lines.findFirst().orElseThrow().trim().split("\\s+");
            long busy = 0;
            for (int field = 1; field <= 8; field++) {
                busy += field == 4 || field == 5 ? 0 : Long.parseLong(all[field]);
            }
            return busy;
        }
    }

    /** From an earlier moment until this one. */
    public ProcessorTime since(ProcessorTime earlier) {
        return new ProcessorTime(own - earlier.own, children - earlier.children, all - earlier.all);
    }

    /** This, but for the time of a child that has ended and that the system has not added to this process yet. */
    public ProcessorTime notBefore(ProcessorTime earlier) {
        return new ProcessorTime(own, Math.max(children, earlier.children), all);
    }
}
