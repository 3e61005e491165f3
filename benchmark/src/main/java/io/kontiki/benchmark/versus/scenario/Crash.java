package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.cluster.ProcessUse;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.List;

/** Time from the start of the process of a broker that got SIGKILL, with much in its logs, until its partitions take records. */
final class Crash extends PeerScenario {
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public String name() {
        return "crash";
    }

    @Override
    public String meaning() {
        return "s from the restart after SIGKILL, with large logs, until partitions acknowledge records";
    }

    @Override
    public Parameters defaults() {
        return Throughput.consume().defaults().with("mb", 10_000);
    }

    @Override
    String work() {
        return "first";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        load.await("ready");
        trial.progress("killing");
        for (int id = 1; id <= brokers.count(); id++) {
            brokers.kill(id);
        }
        trial.progress("starting");
        load.go();
        // Both processes read the same clock of the system.
        long started = System.nanoTime();
        brokers.start();
        Parameters facts = load.await("done");
        return List.of(
                Figure.less("first acknowledgement, s", seconds(facts, "first", started)),
                Figure.less("each partition, s", seconds(facts, "each", started)),
                Figure.less("CPU seconds of the brokers", ProcessUse.cpuSeconds(brokers.pids())),
                Figure.less("peak memory, GB", ProcessUse.peakGigabytes(brokers.pids())));
    }

    private static double seconds(Parameters facts, String name, long started) {
        return (Long.parseLong(facts.text(name)) - started) / NANOS_PER_SECOND;
    }
}
