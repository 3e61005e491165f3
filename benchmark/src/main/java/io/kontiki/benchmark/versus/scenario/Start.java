package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.cluster.ProcessUse;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.List;

/** Time from the start of the processes of brokers that were stopped in order until a record is acknowledged. */
final class Start extends PeerScenario {
    private static final double NANOS_PER_MILLI = 1e6;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String meaning() {
        return "ms from the start of a stopped broker's process to its first acknowledged record";
    }

    @Override
    public Parameters defaults() {
        return Throughput.consume()
                .defaults()
                .with("size", 100)
                .with("batch", 64 << 10)
                .with("linger", 0)
                .with("partitions", 1)
                .with("mb", 0);
    }

    @Override
    String work() {
        return "first";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        load.await("ready");
        trial.progress("stopping");
        brokers.stop();
        trial.progress("starting");
        load.go();
        // Both processes read the same clock of the system.
        long started = System.nanoTime();
        brokers.start();
        double acknowledged = Double.parseDouble(load.await("done").text("first"));
        return List.of(
                Figure.less("ms", (acknowledged - started) / NANOS_PER_MILLI),
                Figure.less("CPU seconds of the brokers", ProcessUse.cpuSeconds(brokers.pids())),
                Figure.less("peak memory, GB", ProcessUse.peakGigabytes(brokers.pids())));
    }
}
