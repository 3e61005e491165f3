package io.kontiki.benchmark.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the benchmarks of the log and prints each figure beside its ceilings of the same run. */
public final class LogBenchmarks {
    private static final int[] RECORDS = {1024, 100};
    private static final int[] BATCHES = {16 * Workspace.KIB, Workspace.MIB};

    private final Path directory;
    private final boolean quick;
    private final long bytes;
    private final int segments;

    private LogBenchmarks(Path directory, boolean quick) {
        this.directory = directory;
        this.quick = quick;
        this.bytes = (quick ? 64L : 512L) * Workspace.MIB;
        this.segments = quick ? 500 : 10_000;
    }

    /**
     * @param directory for the logs; they are deleted
     * @param quick whether to run only for so long that one sees everything run
     */
    public static void run(Path directory, boolean quick) throws RunnerException {
        new LogBenchmarks(directory, quick).run();
    }

    private void run() throws RunnerException {
        Collection<RunResult> results = new ArrayList<>(new Runner(repeated()).run());
        results.addAll(new Runner(single()).run());
        ResultTable table = new ResultTable(results);
        printAppends(table);
        printReads(table);
        printRecovery(table);
        table.time("opening " + segments + " segments", "OpenBenchmark.open")
                .beside("names and sizes listed", "OpenBenchmark.list");
        System.out.println(
                "opening was " + (OpenBenchmark.isCold() ? "cold" : "warm: this user cannot drop the caches"));
    }

    private ChainedOptionsBuilder options(Mode mode) {
        return new OptionsBuilder()
                .mode(mode)
                .timeUnit(TimeUnit.MICROSECONDS)
                .forks(1)
                .verbosity(quick ? VerboseMode.SILENT : VerboseMode.NORMAL)
                .shouldFailOnError(true)
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend(
                        // A heap that the system has handed out already, as a broker's is after minutes.
                        "-Xms1g",
                        "-Xmx1g",
                        "-XX:+AlwaysPreTouch",
                        "-Dlogback.configurationFile=logback-benchmark.xml",
                        "-D" + Workspace.SEGMENTS_PROPERTY + "=" + segments,
                        "-D" + Workspace.DIRECTORY_PROPERTY + "=" + directory,
                        "-D" + Workspace.BYTES_PROPERTY + "=" + bytes);
    }

    private Options repeated() {
        return options(Mode.AverageTime)
                .include("\\." + AppendBenchmark.class.getSimpleName())
                .include("\\." + PlainWriteBenchmark.class.getSimpleName())
                .include("\\." + ReadBenchmark.class.getSimpleName())
                .include("\\." + PlainReadBenchmark.class.getSimpleName())
                .warmupIterations(quick ? 1 : 3)
                .measurementIterations(quick ? 1 : 5)
                .warmupTime(TimeValue.milliseconds(quick ? 500 : 1_000))
                .measurementTime(TimeValue.milliseconds(quick ? 500 : 1_000))
                .build();
    }

    private Options single() {
        return options(Mode.SingleShotTime)
                .include("\\." + RecoveryBenchmark.class.getSimpleName())
                .include("\\." + OpenBenchmark.class.getSimpleName())
                .warmupIterations(quick ? 1 : 3)
                .measurementIterations(quick ? 1 : 5)
                .build();
    }

    private static void printAppends(ResultTable table) {
        for (int record : RECORDS) {
            for (int batch : BATCHES) {
                table.rate(
                                "append, records of " + record + " B in " + batch / Workspace.KIB + " KiB",
                                Workspace.batch(record, batch).remaining(),
                                Workspace.records(record, batch),
                                0,
                                "AppendBenchmark.append",
                                List.of("recordBytes", record, "batchBytes", batch))
                        .beside("file written", batch, "PlainWriteBenchmark.write", List.of("pieceBytes", batch));
            }
        }
    }

    private static void printReads(ResultTable table) {
        int batch = Workspace.batch(Workspace.KIB, 16 * Workspace.KIB).remaining();
        int batches = Workspace.MIB / batch;
        table.rate(
                        "sequential read, 1 MiB at a time",
                        batches * batch,
                        batches * Workspace.records(Workspace.KIB, 16 * Workspace.KIB),
                        batches * batch,
                        "ReadBenchmark.sequential",
                        List.of())
                .beside("file read", Workspace.MIB, "PlainReadBenchmark.sequential", List.of())
                .beside(
                        "file read into new memory",
                        Workspace.MIB,
                        "PlainReadBenchmark.sequentialIntoNewMemory",
                        List.of());
        table.time("random read, 16 KiB of 1,000 segments", "ReadBenchmark.randomOfManySegments")
                .beside("file read, 16 KiB", "PlainReadBenchmark.random16KiB");
        table.time("index look-up, with the batch of 1 KiB", "ReadBenchmark.lookUp")
                .beside("file read, 1 KiB", "PlainReadBenchmark.random1KiB")
                .beside("binary search in memory", "PlainReadBenchmark.binarySearch");
    }

    private void printRecovery(ResultTable table) {
        table.rate(
                        "recovery scan, records of 1024 B in 16 KiB",
                        bytes,
                        bytes / Workspace.KIB,
                        0,
                        "RecoveryBenchmark.scan",
                        List.of())
                .beside("CRC-32C from memory", bytes, "RecoveryBenchmark.checksum", List.of())
                .beside("file read", bytes, "RecoveryBenchmark.read", List.of())
                .beside("file read and CRC-32C", bytes, "RecoveryBenchmark.readAndChecksum", List.of());
    }
}
