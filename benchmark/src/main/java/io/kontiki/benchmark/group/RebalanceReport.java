package io.kontiki.benchmark.group;

import io.kontiki.benchmark.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What came of {@link RebalanceBenchmark}: a line for each way to assign and each kind of change. Belongs to one thread. */
public final class RebalanceReport {
    private static final double NANOS_PER_MILLI = 1e6;

    private final int members;
    private final int partitions;
    private final int recordsPerSecond;
    private final Map<Kind, Row> rows = new LinkedHashMap<>();

    private record Kind(String assignor, String change) {}

    /** Milliseconds, but for the number of partitions that moved in each change. */
    private record Row(Figures moved, Figures settled, Figures pauses, Figures kept) {
        Row() {
            this(new Figures(), new Figures(), new Figures(), new Figures());
        }
    }

    RebalanceReport(int members, int partitions, int recordsPerSecond) {
        this.members = members;
        this.partitions = partitions;
        this.recordsPerSecond = recordsPerSecond;
    }

    /** All members started at once. */
    void settledCold(String assignor, long startNanos, List<ReadTimes.Watched> watched) {
        Row row = row(assignor, "start of all");
        row.moved().add(watched.stream().filter(ReadTimes.Watched::moved).count());
        row.settled().add(settledMillis(startNanos, watched));
    }

    /** One change, and what it did to each partition. */
    void add(String assignor, String change, long startNanos, List<ReadTimes.Watched> watched) {
        Row row = row(assignor, change);
        row.moved().add(watched.stream().filter(ReadTimes.Watched::moved).count());
        row.settled().add(settledMillis(startNanos, watched));
        watched.forEach(partition ->
                (partition.moved() ? row.pauses() : row.kept()).add(partition.gapNanos() / NANOS_PER_MILLI));
    }

    private Row row(String assignor, String change) {
        return rows.computeIfAbsent(new Kind(assignor, change), none -> new Row());
    }

    /** Until the last partition that moved was read by its new owner. */
    private static double settledMillis(long startNanos, List<ReadTimes.Watched> watched) {
        return watched.stream()
                        .filter(ReadTimes.Watched::moved)
                        .mapToLong(partition -> partition.movedNanos() - startNanos)
                        .max()
                        .orElse(0)
                / NANOS_PER_MILLI;
    }

    /** A table on standard output. */
    public void print() {
        System.out.printf(
                Locale.ROOT,
                "%n%d members, %d partitions, %d records/s: each partition gets one every %d ms%n%n",
                members,
                partitions,
                recordsPerSecond,
                1000 * partitions / recordsPerSecond);
        System.out.printf(
                "%-22s %6s %8s %17s %26s %26s%n", "", "", "moved", "settled ms", "pause if moved ms", "gap if kept ms");
        System.out.printf(
                "%-22s %6s %8s %8s %8s %8s %8s %8s %8s %8s %8s%n",
                "change", "times", "median", "p50", "max", "p50", "p99", "max", "p50", "p99", "max");
        rows.forEach((kind, row) -> System.out.printf(
                Locale.ROOT,
                "%-22s %6d %8.0f %8.0f %8.0f %s %s%n",
                kind.assignor() + ", " + kind.change(),
                row.moved().count(),
                row.moved().median(),
                row.settled().percentile(50),
                row.settled().max(),
                columns(row.pauses()),
                columns(row.kept())));
    }

    private static String columns(Figures figures) {
        return figures.count() == 0
                ? String.format("%8s %8s %8s", "-", "-", "-")
                : String.format(
                        Locale.ROOT,
                        "%8.0f %8.0f %8.0f",
                        figures.percentile(50),
                        figures.percentile(99),
                        figures.max());
    }

    /** The same as one object. */
    public void writeJson(Path file) throws IOException {
        String changes = rows.entrySet().stream()
                .map(entry -> "{\"assignor\":\"" + entry.getKey().assignor() + "\",\"change\":\""
                        + entry.getKey().change() + "\",\"partitionsMoved\":"
                        + json(entry.getValue().moved(), "") + ",\"settled\":"
                        + json(entry.getValue().settled(), "Millis") + ",\"pauseIfMoved\":"
                        + json(entry.getValue().pauses(), "Millis") + ",\"gapIfKept\":"
                        + json(entry.getValue().kept(), "Millis") + "}")
                .collect(Collectors.joining(","));
        Files.writeString(
                file,
                "{\"members\":" + members + ",\"partitions\":" + partitions + ",\"recordsPerSecond\":"
                        + recordsPerSecond + ",\"changes\":[" + changes + "]}\n");
    }

    private static String json(Figures figures, String unit) {
        return figures.count() == 0
                ? "null"
                : String.format(
                        Locale.ROOT,
                        "{\"count\":%d,\"p50%s\":%.1f,\"p99%s\":%.1f,\"max%s\":%.1f}",
                        figures.count(),
                        unit,
                        figures.percentile(50),
                        unit,
                        figures.percentile(99),
                        unit,
                        figures.max());
    }
}
