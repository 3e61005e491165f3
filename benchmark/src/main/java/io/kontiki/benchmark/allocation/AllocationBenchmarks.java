package io.kontiki.benchmark.allocation;

import io.kontiki.benchmark.AllocatedBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Measures what batches allocate, and judges what their records do. */
public final class AllocationBenchmarks {
    private static final String DIRECTORY_PROPERTY = "kontiki.benchmark.allocation.directory";

    private final Path directory;
    private final AllocationOptions options;

    private AllocationBenchmarks(Path directory, AllocationOptions options) {
        this.directory = directory;
        this.options = options;
    }

    /** In the measured processes: where logs go. */
    static Path directory() {
        return Path.of(System.getProperty(DIRECTORY_PROPERTY));
    }

    /**
     * @param directory for the logs; they are deleted
     * @param words of the command line
     * @return exit code: 1 if a path of the broker allocates for each record, 2 if the words are wrong
     */
    public static int run(Path directory, List<String> words) throws RunnerException, IOException {
        AllocationOptions options;
        try {
            options = AllocationOptions.parse(words);
        } catch (IllegalArgumentException e) {
            System.err.println("benchmark/run allocation: " + e.getMessage());
            return 2;
        }
        return new AllocationBenchmarks(directory, options).run();
    }

    private int run() throws RunnerException, IOException {
        AllocationReport report = report(measured());
        System.out.print(report.table());
        if (options.json().isPresent()) {
            report.writeJson(options.json().get());
        }
        report.failing()
                .forEach(path -> System.err.printf(
                        "%s: allocates for each record; at most %.0f B are taken for none%n",
                        path.name(), MeasuredPath.BYTES_PER_RECORD_MAX));
        return report.failing().isEmpty() ? 0 : 1;
    }

    private Collection<RunResult> measured() throws RunnerException {
        boolean quick = options.quick();
        ChainedOptionsBuilder jmh = new OptionsBuilder()
                .include("\\." + ProduceBenchmark.class.getSimpleName())
                .include("\\." + FetchBenchmark.class.getSimpleName())
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.MICROSECONDS)
                .forks(1)
                // Less, and what the JVM allocates to link lambdas would count.
                .warmupIterations(quick ? 2 : 3)
                .measurementIterations(quick ? 2 : 5)
                .warmupTime(TimeValue.seconds(1))
                .measurementTime(TimeValue.seconds(1))
                .verbosity(quick ? VerboseMode.SILENT : VerboseMode.NORMAL)
                .shouldFailOnError(true)
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend(
                        // As the start script has it: the other compiler would do without many an object.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseG1GC",
                        "-Xmx512m",
                        "-Dlogback.configurationFile=logback-benchmark.xml",
                        "-D" + DIRECTORY_PROPERTY + "=" + directory);
        if (quick) {
            jmh.param("records", "1", "1000");
        }
        return new Runner(jmh.build()).run();
    }

    private static AllocationReport report(Collection<RunResult> results) {
        return new AllocationReport(List.of(
                path("produce", true, results, produce(1)),
                path("produce, replicate to a follower", true, results, produce(2)),
                path("fetch", true, results, fetch("fetch")),
                path("parse and read in a client", false, results, fetch("client"))));
    }

    private static Predicate<BenchmarkParams> produce(int replicas) {
        return params -> params.getBenchmark().endsWith(".ProduceBenchmark.produce")
                && params.getParam("replicas").equals(String.valueOf(replicas));
    }

    private static Predicate<BenchmarkParams> fetch(String method) {
        return params -> params.getBenchmark().endsWith(".FetchBenchmark." + method);
    }

    private static MeasuredPath path(
            String name, boolean judged, Collection<RunResult> results, Predicate<BenchmarkParams> chosen) {
        SortedMap<Integer, Double> bytes = new TreeMap<>();
        results.stream()
                .filter(result -> chosen.test(result.getParams()))
                .forEach(result -> bytes.put(
                        Integer.valueOf(result.getParams().getParam("records")), AllocatedBytes.perOperation(result)));
        return new MeasuredPath(name, judged, bytes);
    }
}
