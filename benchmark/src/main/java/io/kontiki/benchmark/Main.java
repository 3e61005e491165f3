package io.kontiki.benchmark;

import io.kontiki.benchmark.log.LogBenchmarks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogManager;

/** Runs one of the benchmarks; see {@code benchmark/run}. */
public final class Main {
    private Main() {}

    /** Arguments: distribution, directory for the clusters, name of the benchmark, optionally its size. */
    public static void main(String[] args) throws Exception {
        LogManager.getLogManager().reset();
        if (args.length < 3 || args.length > 4) {
            System.err.println("usage: benchmark/run start|throughput|failover [SIZE] or log [--quick]");
            System.exit(2);
        }
        Path distribution = Path.of(args[0]);
        Path directory = newDirectory(Path.of(args[1]));
        String name = args[2];
        switch (name) {
            case "start" -> new StartBenchmark(distribution, directory, size(args, 5)).run();
            case "throughput" -> new ThroughputBenchmark(distribution, directory, size(args, 200)).run();
            case "failover" -> new FailoverBenchmark(distribution, directory, size(args, 20)).run();
            case "log" -> LogBenchmarks.run(directory, args.length > 3 && args[3].equals("--quick"));
            default -> {
                System.err.println("unknown benchmark \"" + name + "\"; there are start, throughput, failover and log");
                System.exit(2);
            }
        }
        System.exit(0);
    }

    private static Path newDirectory(Path parent) throws IOException {
        Files.createDirectories(parent);
        return Files.createTempDirectory(parent, "run-");
    }

    private static int size(String[] args, int otherwise) {
        int size = args.length > 3 ? Integer.parseInt(args[3]) : otherwise;
        if (size < 1 || size > 100_000) {
            throw new IllegalArgumentException("size " + size + " is not within 1 to 100000");
        }
        return size;
    }
}
