package io.kontiki.benchmark;

import io.kontiki.benchmark.allocation.AllocationBenchmarks;
import io.kontiki.benchmark.group.RebalanceBenchmark;
import io.kontiki.benchmark.group.RebalanceReport;
import io.kontiki.benchmark.group.SlowConsumerBenchmark;
import io.kontiki.benchmark.group.SlowConsumerReport;
import io.kontiki.benchmark.log.LogBenchmarks;
import io.kontiki.benchmark.versus.Versus;
import io.kontiki.benchmark.versus.plot.PlotCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.LogManager;

/** Runs one of the benchmarks; see {@code benchmark/run}. */
public final class Main {
    private static final Set<String> WITH_OPTIONS =
            Set.of("failover", "rebalance", "slow-consumer", "versus", "plot", "allocation");

    private Main() {}

    /** Arguments: distribution, directory for the clusters, name of the benchmark, optionally its size. */
    public static void main(String[] args) throws Exception {
        LogManager.getLogManager().reset();
        if (args.length < 3 || args.length > 4 && !WITH_OPTIONS.contains(args[2])) {
            System.err.println("usage: benchmark/run start|throughput|commits|scrape [SIZE], failover [TIMES] [--pause]"
                    + " [--controller] [--json FILE], rebalance [CYCLES] [--json FILE],"
                    + " slow-consumer [--gib N] [--minutes N] [--json FILE], versus SCENARIO... [--pairs N]"
                    + " [--json FILE], plot DIR FILE.json... [--figure NAME]..., log [--quick]"
                    + " or allocation [--quick] [--json FILE]");
            System.exit(2);
        }
        Path distribution = Path.of(args[0]);
        String name = args[2];
        List<String> options = List.of(args).subList(3, args.length);
        if (name.equals("versus")) {
            System.exit(Versus.run(distribution, kafka(args[1]), Path.of(args[1]), options));
        }
        if (name.equals("plot")) {
            System.exit(PlotCommand.run(options));
        }
        Path directory = newDirectory(Path.of(args[1]));
        switch (name) {
            case "start" -> new StartBenchmark(distribution, directory, size(args, 5)).run();
            case "throughput" -> new ThroughputBenchmark(distribution, directory, size(args, 200)).run();
            case "commits" -> new CommitsBenchmark(distribution, directory, size(args, 200)).run();
            case "failover" -> failover(distribution, directory, options);
            case "rebalance" -> rebalance(distribution, directory, options);
            case "slow-consumer" -> slowConsumer(distribution, directory, options);
            case "scrape" -> new ScrapeBenchmark(distribution, directory, size(args, 10_000)).run();
            case "allocation" -> System.exit(AllocationBenchmarks.run(directory, options));
            case "log" -> LogBenchmarks.run(directory, args.length > 3 && args[3].equals("--quick"));
            default -> {
                System.err.println(
                        "unknown benchmark \"" + name
                                + "\"; there are start, throughput, commits, failover, rebalance, slow-consumer, scrape, versus, plot, log and allocation");
                System.exit(2);
            }
        }
        System.exit(0);
    }

    /** Where {@code benchmark/peer/pom.xml} puts it: beside the directory of the clusters. */
    private static Path kafka(String clusters) {
        return Path.of(clusters).resolveSibling("kafka");
    }

    private static void failover(Path distribution, Path directory, List<String> options) throws IOException {
        int times = 20;
        FailoverBenchmark.Failure kind = FailoverBenchmark.Failure.SIGKILL;
        boolean controllerToo = false;
        Optional<Path> json = Optional.empty();
        for (Iterator<String> rest = options.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--pause" -> kind = FailoverBenchmark.Failure.SIGSTOP;
                case "--controller" -> controllerToo = true;
                case "--json" -> json = Optional.of(Path.of(rest.next()));
                default -> times = size(option);
            }
        }
        FailoverBenchmark done = new FailoverBenchmark(distribution, directory, times, kind, controllerToo).run();
        done.print();
        if (json.isPresent()) {
            done.writeJson(json.get());
        }
    }

    private static void rebalance(Path distribution, Path directory, List<String> options) throws IOException {
        int cycles = 5;
        Optional<Path> json = Optional.empty();
        for (Iterator<String> rest = options.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            if (option.equals("--json")) {
                json = Optional.of(Path.of(rest.next()));
            } else {
                cycles = size(option);
            }
        }
        RebalanceReport report = new RebalanceBenchmark(distribution, directory, cycles).run();
        report.print();
        if (json.isPresent()) {
            report.writeJson(json.get());
        }
    }

    private static void slowConsumer(Path distribution, Path directory, List<String> options) throws IOException {
        int gibibytes = 2;
        Duration stop = Duration.ofMinutes(10);
        Optional<Path> json = Optional.empty();
        for (Iterator<String> rest = options.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--gib" -> gibibytes = size(rest.next());
                case "--minutes" -> stop = Duration.ofMinutes(size(rest.next()));
                case "--json" -> json = Optional.of(Path.of(rest.next()));
                default ->
                    throw new IllegalArgumentException(
                            "unknown option " + option + "; there are --gib, --minutes and --json");
            }
        }
        SlowConsumerReport report = new SlowConsumerBenchmark(distribution, directory, gibibytes, stop).run();
        report.print();
        if (json.isPresent()) {
            report.writeJson(json.get());
        }
    }

    private static Path newDirectory(Path parent) throws IOException {
        Files.createDirectories(parent);
        return Files.createTempDirectory(parent, "run-");
    }

    private static int size(String[] args, int otherwise) {
        return args.length > 3 ? size(args[3]) : otherwise;
    }

    private static int size(String text) {
        int size = Integer.parseInt(text);
        if (size < 1 || size > 100_000) {
            throw new IllegalArgumentException("size " + size + " is not within 1 to 100000");
        }
        return size;
    }
}
