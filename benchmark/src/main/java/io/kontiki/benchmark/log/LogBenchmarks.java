package io.kontiki.benchmark.log;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the benchmarks of the log and prints each figure beside its ceiling of the same run. */
public final class LogBenchmarks {
    private static final String HEAD = "%-44s %14s %14s %6s %13s %10s%n";
    private static final String LINE = "%-44s %14s %14s %6.2f %13.0f %10.1f%n";
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
        Collection<RunResult> repeated = new Runner(repeated()).run();
        Collection<RunResult> single = new Runner(single()).run();
        System.out.printf(Locale.ROOT, HEAD, "", "log", "ceiling", "ratio", "B/op allocated", "B/record");
        printAppends(repeated);
        printReads(repeated);
        printSingle(single);
        System.out.println("ceilings: the same bytes written to or read from a plain file in pieces of that size; the"
                + " CRC-32C of as many bytes in memory; the names and sizes of the segments listed");
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
                        "-Xmx2g",
                        "-Dlogback.configurationFile=logback-benchmark.xml",
                        "-D" + Workspace.SEGMENTS_PROPERTY + "=" + segments,
                        "-D" + Workspace.DIRECTORY_PROPERTY + "=" + directory,
                        "-D" + Workspace.BYTES_PROPERTY + "=" + bytes);
    }

    private Options repeated() {
        return options(Mode.AverageTime)
                .include(AppendBenchmark.class.getName())
                .include(PlainFileBenchmark.class.getName())
                .include(ReadBenchmark.class.getName())
                .warmupIterations(quick ? 1 : 3)
                .measurementIterations(quick ? 1 : 5)
                .warmupTime(TimeValue.milliseconds(quick ? 200 : 1_000))
                .measurementTime(TimeValue.milliseconds(quick ? 200 : 1_000))
                .build();
    }

    private Options single() {
        return options(Mode.SingleShotTime)
                .include(RecoveryBenchmark.class.getName())
                .include(OpenBenchmark.class.getName())
                .warmupIterations(quick ? 1 : 3)
                .measurementIterations(quick ? 1 : 5)
                .build();
    }

    private void printAppends(Collection<RunResult> results) {
        for (int record : RECORDS) {
            for (int batch : BATCHES) {
                RunResult append = find(results, "append", "recordBytes", record, "batchBytes", batch);
                RunResult write = find(results, "write", "pieceBytes", batch);
                int records = Math.max(1, (batch - 200) / (record + 20));
                String name = "append, records of " + record + " B, batches of " + batch / Workspace.KIB + " KiB";
                print(
                        name,
                        perSecond(batch, micros(append)),
                        perSecond(batch, micros(write)),
                        micros(write) / micros(append),
                        allocated(append),
                        allocated(append) / records);
            }
        }
    }

    private void printReads(Collection<RunResult> results) {
        RunResult sequential = find(results, "sequential");
        RunResult plain = find(results, "readSequentially", "pieceBytes", Workspace.MIB);
        print(
                "sequential read, 1 MiB at a time",
                perSecond(Workspace.MIB, micros(sequential)),
                perSecond(Workspace.MIB, micros(plain)),
                micros(plain) / micros(sequential),
                allocated(sequential),
                (allocated(sequential) - Workspace.MIB) / Workspace.KIB);
        RunResult random = find(results, "readRandomly", "pieceBytes", 16 * Workspace.KIB);
        printLookUp(results, "randomOfManySegments", "random read, 16 KiB of 1,000 segments", random);
        printLookUp(results, "lookUp", "index look-up, with the batch of 1 KiB", random);
    }

    private static void printLookUp(Collection<RunResult> results, String benchmark, String name, RunResult ceiling) {
        RunResult result = find(results, benchmark);
        print(
                name,
                String.format(Locale.ROOT, "%.2f us", micros(result)),
                String.format(Locale.ROOT, "%.2f us", micros(ceiling)),
                micros(ceiling) / micros(result),
                allocated(result),
                Double.NaN);
    }

    private void printSingle(Collection<RunResult> results) {
        RunResult scan = find(results, "scan");
        RunResult checksum = find(results, "checksum");
        print(
                "recovery scan",
                perSecond(bytes, micros(scan)),
                perSecond(bytes, micros(checksum)),
                micros(checksum) / micros(scan),
                allocated(scan),
                allocated(scan) * Workspace.KIB / bytes);
        RunResult open = find(results, "open");
        RunResult list = find(results, "list");
        print(
                "opening " + segments + " segments",
                String.format(Locale.ROOT, "%.0f ms", micros(open) / 1_000),
                String.format(Locale.ROOT, "%.0f ms", micros(list) / 1_000),
                micros(list) / micros(open),
                allocated(open),
                Double.NaN);
    }

    private static void print(
            String name, String figure, String ceiling, double ratio, double perOperation, double perRecord) {
        System.out.printf(Locale.ROOT, LINE, name, figure, ceiling, ratio, perOperation, perRecord);
    }

    private static String perSecond(long operationBytes, double micros) {
        return String.format(Locale.ROOT, "%.2f GiB/s", operationBytes / 1024.0 / Workspace.MIB / (micros / 1e6));
    }

    private static double micros(RunResult result) {
        return result.getPrimaryResult().getScore();
    }

    private static double allocated(RunResult result) {
        for (Result<?> secondary : result.getSecondaryResults().values()) {
            if (secondary.getLabel().endsWith("gc.alloc.rate.norm")) {
                return secondary.getScore();
            }
        }
        throw new IllegalStateException("no figure of allocation");
    }

    /** @param params names and values that tell benchmarks of that name apart */
    private static RunResult find(Collection<RunResult> results, String benchmark, Object... params) {
        for (RunResult result : results) {
            boolean matches = result.getParams().getBenchmark().endsWith("." + benchmark);
            for (int i = 0; matches && i < params.length; i += 2) {
                matches = result.getParams().getParam(params[i].toString()).equals(params[i + 1].toString());
            }
            if (matches) {
                return result;
            }
        }
        throw new IllegalStateException("no result of " + benchmark);
    }
}
