package io.kontiki.benchmark.versus.scenario;

import io.kontiki.benchmark.versus.cluster.BrokerSet;
import io.kontiki.benchmark.versus.cluster.LoadProcess;
import io.kontiki.benchmark.versus.cluster.ProcessUse;
import io.kontiki.benchmark.versus.load.Parameters;
import java.io.IOException;
import java.util.List;

/** What brokers with many partitions use while nothing happens. */
final class Idle extends PeerScenario {
    private static final int BROKERS = 3;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String meaning() {
        return "memory and processor time of three brokers with partitions that nobody uses";
    }

    @Override
    public Parameters defaults() {
        // A small heap at the start, so that what counts is what is needed.
        return Parameters.of(
                "partitions=1000", "rf=3", "restart=no", "settle=20", "seconds=30", "heap=512", "heap-start=64");
    }

    @Override
    int brokers(Trial trial) {
        return BROKERS;
    }

    @Override
    String work() {
        return "touch";
    }

    @Override
    List<Figure> measure(Trial trial, BrokerSet brokers, LoadProcess load) throws IOException {
        load.await("ready");
        trial.progress("making partitions, with a record in each");
        load.go();
        load.await("created");
        trial.progress("settling");
        Pause.seconds(trial.parameters().number("settle", 0, 3600));
        int seconds = trial.parameters().number("seconds", 1, 3600);
        trial.progress("measuring");
        double before = ProcessUse.cpuSeconds(brokers.pids());
        Pause.seconds(seconds);
        double used = ProcessUse.cpuSeconds(brokers.pids()) - before;
        return List.of(
                Figure.less("resident memory, GB", ProcessUse.residentGigabytes(brokers.pids())),
                Figure.less("CPU, % of one processor", 100 * used / seconds),
                Figure.less("peak memory, GB", ProcessUse.peakGigabytes(brokers.pids())));
    }
}
