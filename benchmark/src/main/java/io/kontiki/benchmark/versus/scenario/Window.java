package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.cluster.ProcessUse;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The time while the load is measured, and what is used in it.
 *
 * @param facts what the load told at its end
 * @param cpuSeconds processor time of brokers and load in it
 * @param peakGigabytes the sum of the most memory that each broker has had, since its start
 */
record Window(Parameters facts, double cpuSeconds, double peakGigabytes) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    /** From when the load is let go until it has come to this step. */
    static Window until(String step, BrokerSet brokers, LoadProcess load) throws IOException {
        List<Long> pids = new ArrayList<>(brokers.pids());
        pids.add(load.pid());
        double before = ProcessUse.cpuSeconds(pids);
        load.go();
        Parameters facts = load.await(step);
        double used = ProcessUse.cpuSeconds(pids) - before;
        return new Window(facts, used, ProcessUse.peakGigabytes(brokers.pids()));
    }

    double fact(String name) {
        return Double.parseDouble(facts.text(name));
    }

    double seconds() {
        return fact("nanos") / NANOS_PER_SECOND;
    }

    /** Of a load that tells {@code nanos} and {@code bytes}. */
    List<Figure> throughput() {
        double megabytes = fact("bytes") / BYTES_PER_MEGABYTE;
        double rate = megabytes / seconds();
        return List.of(
                Figure.more("MB/s", rate),
                Figure.more("MB per CPU second", megabytes / cpuSeconds),
                Figure.more("MB/s per GB of peak memory", rate / peakGigabytes));
    }

    /** Beside the figures of a load of which there is always the same amount. */
    List<Figure> costs() {
        return List.of(Figure.less("CPU seconds", cpuSeconds), Figure.less("peak memory, GB", peakGigabytes));
    }
}
