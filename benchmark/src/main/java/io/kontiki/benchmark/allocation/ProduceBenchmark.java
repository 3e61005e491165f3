package io.kontiki.benchmark.allocation;

import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One batch from the arrival of its bytes until those of its acknowledgement have left, by all replicas. */
@State(Scope.Benchmark)
public class ProduceBenchmark {
    @Param({"1", "10", "100", "1000"})
    public int records;

    @Param({"1", "2"})
    public int replicas;

    private LocalBrokers brokers;
    private Producing producing;

    @Setup
    public void open() throws IOException {
        brokers = new LocalBrokers(AllocationBenchmarks.directory(), replicas);
        producing = new Producing(brokers, records);
    }

    @Benchmark
    public int produce() {
        return producing.produce();
    }

    @TearDown
    public void close() {
        try {
            producing.close();
        } finally {
            brokers.close();
        }
    }
}
